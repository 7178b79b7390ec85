// A web host as a process of its own, from the sources: `node host-process.ts LIBRARY DATA PAGE [engines]`.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { createHost, forkEngine, loadPage } from '../../src/main/host/index.ts';
import { webPlatform } from '../../src/main/web/platform.ts';
import { startWebServer } from '../../src/main/web/server.ts';

const [library = '', data = '', page = '', engines] = process.argv.slice(2);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const root = resolve(import.meta.dirname, '../..');
const noEngine = (): never => {
  throw new Error('No engine here');
};
const host = await createHost({
  version: '0.0.0',
  platform: webPlatform(library),
  launch: engines ? forkEngine(resolve(root, 'src/main/engine/process/entry.ts'), log) : noEngine,
  dataFolder: data,
  libraryFolder: library,
  sampleManuscript: resolve(root, 'resources/sample-manuscript.md'),
  log,
});
const server = await startWebServer({
  page: await loadPage(page, () => randomBytes(16).toString('base64')),
  port: 0,
  connect: (port) => host.connect(port),
  log,
});
process.stdout.write(`Understudy is at ${server.url}\n`);
// Whoever started it is gone.
process.stdin.on('end', () => process.exit(1)).resume();
process.on('SIGTERM', () => {
  void server
    .close()
    .then(() => host.close())
    .then(() => process.exit(0));
});
