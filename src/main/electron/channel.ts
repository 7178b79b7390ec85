/** The one message that goes over Electron's IPC: a page hands the host its end of a line of its own. */
export const CONNECT = 'understudy:connect';
