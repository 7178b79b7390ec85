/** What this computer can train on, tried in processes of their own. */
export { createDevices, type HostDevices } from './devices.ts';
