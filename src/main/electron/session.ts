import type { CommandLine, Session } from 'electron';
import { ORIGIN } from './protocol.ts';

/** Keeps Chromium itself from asking the network for anything. Before the app is ready. */
export function silence(commandLine: CommandLine): void {
  commandLine.appendSwitch('disable-background-networking');
  commandLine.appendSwitch('disable-component-update');
  commandLine.appendSwitch('disable-domain-reliability');
  commandLine.appendSwitch('disable-quic');
  commandLine.appendSwitch('no-pings');
  // Whatever still asks for a name finds none.
  commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/**
 * Nothing leaves and nothing is asked for: every request that is not for our own page is cancelled,
 * every permission and device is denied, every download is refused.
 */
export function guardSession(session: Session, isPackaged: boolean): void {
  session.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !isAllowed(url, isPackaged) }),
  );
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  session.on('will-download', (event) => event.preventDefault());
  session.on('select-hid-device', (event, _details, callback) => {
    event.preventDefault();
    callback();
  });
  session.on('select-serial-port', (event, _ports, _contents, callback) => {
    event.preventDefault();
    callback('');
  });
  session.on('select-usb-device', (event, _details, callback) => {
    event.preventDefault();
    callback();
  });
}

/** In development the developer tools may load their own files, which come with Chromium. */
const isAllowed = (url: string, isPackaged: boolean): boolean =>
  url.startsWith(`${ORIGIN}/`) || (!isPackaged && url.startsWith('devtools:'));
