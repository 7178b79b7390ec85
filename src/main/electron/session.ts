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

/** What our page may do: put text on the clipboard, when the writer asks for it. */
const ALLOWED = 'clipboard-sanitized-write';

/**
 * Nothing leaves and nothing is asked for: every request that is not for our own page is cancelled,
 * every permission but one and every device is denied, every download is refused.
 */
export function guardSession(session: Session, isPackaged: boolean): void {
  session.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !isAllowed(url, isPackaged) }),
  );
  session.setPermissionRequestHandler((_contents, permission, callback, details) =>
    callback(permission === ALLOWED && isOurPage(details)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, _origin, details) => permission === ALLOWED && isOurPage(details),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  // An address of our own that nothing answers, where Chromium would ask its maker's servers.
  session.setSpellCheckerDictionaryDownloadURL(`${ORIGIN}/dictionaries/`);
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

/** Ours, and not a frame within it. Where no document asks there is no address. */
const isOurPage = ({
  isMainFrame,
  requestingUrl = '',
}: {
  readonly isMainFrame: boolean;
  readonly requestingUrl?: string;
}): boolean => isMainFrame && requestingUrl.startsWith(`${ORIGIN}/`);

/** In development the developer tools may load their own files, which come with Chromium. */
const isAllowed = (url: string, isPackaged: boolean): boolean =>
  url.startsWith(`${ORIGIN}/`) || (!isPackaged && url.startsWith('devtools:'));
