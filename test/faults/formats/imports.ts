import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { MOST_BYTES, MOST_FILES } from '../../../src/shared/api/index.ts';
import { hostileFiles, type HostileFile } from '../../helpers/hostile-files.ts';
import { importFiles, type FileToImport } from '../../helpers/import-files.ts';
import { temporaryFolder } from '../../helpers/understudy.ts';
import { clientOver, connectSocket, launchWebHost, signIn } from '../../helpers/web-process.ts';
import { atMost, none, skipped, times, type Section } from '../section.ts';

const MEMORY = 'most memory of the host while it imports them';

const zeros = (
  about: string,
  name: string,
  size: number,
  codes: readonly string[],
): HostileFile => ({
  about,
  name,
  codes,
  async write(path) {
    await writeFile(path, 'PK\x03\x04');
    await truncate(path, size);
  },
});

/** As large as an import may be, and larger: which the page does not send. */
const edges = [
  zeros('250 MB that say they are .docx', 'largest.docx', MOST_BYTES, ['text.damaged']),
  zeros('a byte more than 250 MB', 'larger.docx', MOST_BYTES + 1, ['text.too-large']),
];

/** What takes the most memory comes first, so that a short run has it, too. */
const named = (name: string): HostileFile => hostileFiles.find((file) => file.name === name)!;
const dear = [
  edges[0]!,
  named('short.docx'),
  ...['attributes.html', 'deep-b.html', 'text.docx', 'wide.scriv', 'sum.scriv'].map(named),
  edges[1]!,
];

/** Most memory that a process had, in MB; null where the system does not tell (proc(5) is Linux's). */
function peakOf(pid: number | undefined): number | null {
  const status = `/proc/${pid}/status`;
  const [, peak] = existsSync(status)
    ? (/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? [])
    : [];
  return peak === undefined ? null : Number(peak) / 1000;
}

/** A file, or the files of a folder that was dropped; null for what the page does not send. */
async function filesAt(path: string, name: string): Promise<readonly FileToImport[] | null> {
  const entries = (await stat(path)).isFile()
    ? [path]
    : (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
  if (entries.length > MOST_FILES) return null;
  const sizes = await Promise.all(entries.map(async (place) => (await stat(place)).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_BYTES + 1) return null;
  return Promise.all(
    entries.map(async (place) => ({
      name: join(name, relative(path, place)),
      bytes: await readFile(place),
    })),
  );
}

/** The way of the app: over the line to the host, in pieces. */
export const imports: Section = {
  name: 'imports',
  about: 'manuscripts that were made to do harm are refused where they are dropped into the app',
  short: 0.035,
  among: 0.3,
  alone: true,
  async measure(run) {
    using folder = temporaryFolder();
    const library = join(folder.path, 'library');
    const data = join(folder.path, 'data');
    mkdirSync(library);
    mkdirSync(data);
    const { child, ended, ready } = launchWebHost({ library, data });
    try {
      const host = await ready;
      const line = connectSocket(host.origin, await signIn(host));
      const client = clientOver(await line.opened);
      const all = [...dear, ...hostileFiles.filter((file) => !dear.includes(file))];
      const files = all.slice(0, times(run, all.length));
      const found: string[] = [];
      let memory: number | null = null;
      let dearest = '';
      let count = 0;
      for (const { about, name, codes, write } of files) {
        run.told(about);
        const path = join(folder.path, name);
        await write(path);
        const sent = await filesAt(path, name);
        await rm(path, { recursive: true });
        if (sent === null) continue;
        count++;
        const result = await importFiles(client, sent);
        const code = result.ok ? '' : result.error.code;
        const tooLarge = ['text.too-large', 'document.too-large'];
        const isFine =
          codes.length === 0
            ? ['', ...tooLarge].includes(code)
            : [...codes, ...tooLarge].includes(code);
        // Text comes in as it is, whatever it holds: the editor says what it cannot show.
        if (!isFine && !/\.(?:md|txt)$/.test(name)) found.push(`${about}: ${code}`);
        const peak = peakOf(child.pid);
        if (peak !== null && peak > (memory ?? 0)) {
          memory = peak;
          dearest = about;
        }
        run.told(`${about}: ${code}, ${peak?.toFixed(0)} MB`);
      }
      return [
        none('hostile files that are not refused as they should be', found, count),
        memory === null
          ? skipped(MEMORY, 'this system does not tell it', '<= 512 MB')
          : {
              ...atMost(MEMORY, memory, 512, 'MB', 0),
              measured: `${memory.toFixed(0)} MB (${dearest})`,
            },
      ];
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  },
};
