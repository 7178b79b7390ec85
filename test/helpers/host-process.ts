// A web host as a process of its own, from the sources: `node host-process.ts LIBRARY DATA PAGE`.
import { randomBytes } from 'node:crypto';
import { createHost, loadPage } from '../../src/main/host/index.ts';
import { webPlatform } from '../../src/main/web/platform.ts';
import { startWebServer } from '../../src/main/web/server.ts';

const [library = '', data = '', page = ''] = process.argv.slice(2);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const host = await createHost({
  version: '0.0.0',
  platform: webPlatform(library),
  launch: () => {
    throw new Error('No engine here');
  },
  dataFolder: data,
  libraryFolder: library,
  sampleManuscript: '',
  log,
});
const server = await startWebServer({
  page: await loadPage(page, () => randomBytes(16).toString('base64')),
  port: 0,
  connect: (port) => host.connect(port),
  log,
});
process.stdout.write(`Understudy is at ${server.url}\n`);
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => host.close())
    .then(() => process.exit(0));
});
