// The web host: `node web.js --library FOLDER --data FOLDER --port N`. The same app, served to a browser.
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { isUserError } from '../../shared/errors.ts';
import { createHost, dataFolder, forkEngine, loadPage } from '../host/index.ts';
import { webPlatform } from './platform.ts';
import { startWebServer } from './server.ts';

const help = `Understudy in the browser.

  --library FOLDER   where your manuscripts are (~/Documents/Understudy)
  --data FOLDER      where Understudy keeps voices and settings
  --port N           127.0.0.1:N; any free port without it
  --help
`;

/** The folder of the project or of the packed program: from dist/web or from src/main/web. */
async function rootFolder(): Promise<string> {
  for (const up of ['../..', '../../..']) {
    const root = resolve(import.meta.dirname, up);
    const found = await readFile(join(root, 'package.json')).catch(() => null);
    if (found) return root;
  }
  throw new Error(`${import.meta.dirname} does not lie in the folder of Understudy`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      library: { type: 'string' },
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`--port must be a whole number from 0 to 65535, not "${values.port}"`);
  }
  const root = await rootFolder();
  const data = resolve(values.data ?? dataFolder());
  const library = resolve(values.library ?? join(homedir(), 'Documents', 'Understudy'));
  await mkdir(data, { recursive: true });
  const log = (line: string): void => {
    const text = `${new Date().toISOString()} ${line}\n`;
    appendFile(join(data, 'log.txt'), text).catch(() => process.stderr.write(text));
  };
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const page = await loadPage(join(root, 'dist/page'), () => randomBytes(16).toString('base64'));
  const host = await createHost({
    version,
    platform: webPlatform(library),
    launch: forkEngine(join(root, 'dist/app/engine.js'), log),
    dataFolder: data,
    libraryFolder: library,
    libraryNamed: values.library !== undefined,
    sampleManuscript: join(root, 'resources/sample-manuscript.md'),
    log,
  });
  const server = await startWebServer({ page, port, connect: (line) => host.connect(line), log });
  process.stdout.write(`Understudy is at ${server.url}\n`);

  let ending = false;
  const end = (): void => {
    // The second time at once: everything unsaved is in the journals.
    if (ending) process.exit(130);
    ending = true;
    server
      .close()
      .then(() => host.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // The terminal was closed.
  process.on('SIGHUP', end);
}

main().catch((error: unknown) => {
  const isUsage = error instanceof TypeError || isUserError(error);
  process.stderr.write(`${isUsage ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
});
