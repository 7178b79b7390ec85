import { api, type Settings } from '../../shared/api/index.ts';
import { createClient, type Port } from '../../shared/rpc/index.ts';
import { unwrap } from '../../shared/result.ts';
import { line } from './line.ts';

/** Tells the settings now and whenever they change. The shell asks the host as a page does. */
export async function followSettings(
  connect: (port: Port) => void,
  listener: (settings: Settings) => void,
): Promise<void> {
  const [mine, hosts] = line();
  connect(hosts);
  const client = createClient(api, mine);
  client.on.settingsChanged(listener);
  listener(unwrap(await client.call.start({})).settings);
}
