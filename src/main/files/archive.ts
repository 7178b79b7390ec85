import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { ZipFile as Zip } from 'yazl';
import { isUserError, UserError } from '../../shared/errors.ts';
import { diskError } from './atomic.ts';
import { assertFree, loadVoice } from './voice-folder.ts';

const files = ['voice.json', 'weights.safetensors'];
/** Largest files taken from an archive, in bytes. */
const LIMIT = 2 ** 31;

/** Packs a voice, without its checkpoints, into one .zip. Throws UserError. */
export async function exportVoice(folder: string, path: string): Promise<void> {
  await loadVoice(folder);
  const zip = new Zip();
  for (const file of files) zip.addFile(join(folder, file), file);
  zip.end();
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(zip.outputStream, createWriteStream(temporary, { flags: 'wx' }));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, path);
  }
}

const invalid = (path: string, why: string): UserError =>
  new UserError(
    'archive.invalid',
    `${path} is not a voice that "understudy export" made (${why}); export it again.`,
  );

async function unpack(zip: ZipFile, path: string, folder: string): Promise<void> {
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
    const name = entry.fileName;
    if (!files.includes(name)) throw invalid(path, `it holds ${JSON.stringify(name.slice(0, 80))}`);
    if (seen.has(name)) throw invalid(path, `it holds ${name} twice`);
    if (entry.uncompressedSize > LIMIT) throw invalid(path, `${name} is too large`);
    seen.add(name);
    const bytes = await buffer(await zip.openReadStreamPromise(entry));
    await writeFile(join(folder, name), bytes, { flag: 'wx' });
  }
  const absent = files.find((file) => !seen.has(file));
  if (absent) throw invalid(path, `${absent} is missing`);
}

/**
 * Unpacks an exported voice into a new folder: beside it first, checked, then renamed. Only the two
 * files of a voice are ever written, whatever paths the archive names.
 *
 * @throws UserError `archive.invalid`, `voice.exists`, `disk.*`
 */
export async function importVoice(path: string, folder: string): Promise<void> {
  await assertFree(folder, false);
  if (!(await stat(path).catch(() => null))) {
    throw new UserError('archive.invalid', `${path} was not found; check the name.`);
  }
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  const temporary = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const zip = await openPromise(path, { autoClose: false, strictFileNames: true });
    try {
      await unpack(zip, path, temporary);
    } finally {
      zip.close();
    }
    await loadVoice(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (isUserError(error)) throw error;
    if ((error as NodeJS.ErrnoException).syscall) throw diskError(error, folder);
    throw invalid(path, (error as Error).message);
  }
}
