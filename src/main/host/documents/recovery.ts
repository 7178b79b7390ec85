import fs from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ChunkedText } from '../../../shared/chunked-text.ts';
import { noRuns, runsAfter, runsOf, type Runs } from '../../../shared/provenance/index.ts';
import { codeOf, diskError, renameDurably } from '../../files/atomic.ts';
import { copyNames } from './copies.ts';
import { setAsideDamaged } from './damaged-journal.ts';
import { createFree } from './free-file.ts';
import { journalPath, readJournal, type JournalRecord } from './journal.ts';
import { readKnown } from './known.ts';
import { editLineEnds, replaceLineEnds } from './line-ends.ts';
import { encode, plainForm, type Form } from './text-file.ts';

/** What a journal says was there when the program ended. */
export interface Recovered {
  readonly path: string;
  readonly real: string;
  readonly text: string;
  /** What of it a voice suggested. */
  readonly runs: Runs;
  readonly form: Form;
  /** Of its last change. */
  readonly version: number;
  /** Hash of the file it was based on or last saved as; null where there was none. */
  readonly sha256: string | null;
  /** All of it is in the file. */
  readonly isSaved: boolean;
  /** The text that was last in the file; null where none was. */
  readonly agreed: string | null;
}

/** The text that a journal leads to, or null where everything in it was saved. */
export function replay(records: readonly JournalRecord[]): Recovered | null {
  const last = replayAll(records);
  return last === null || last.isSaved ? null : last;
}

/** The text that a journal leads to, saved or not; null where there is none. */
export function replayAll(records: readonly JournalRecord[]): Recovered | null {
  const [base, ...rest] = records;
  if (base?.kind !== 'base') return null;
  const text = new ChunkedText(base.text);
  let runs = base.marks ? runsOf(base.marks) : noRuns;
  let form: Form = base.form;
  let { path, real, sha256, version } = base;
  let saved = base.version;
  // Version 0 says that another text took the place of what was saved.
  const saves = rest.filter((record) => record.kind === 'saved');
  const lastSaved = saves.findLast((save) => save.version > 0)?.version ?? base.version;
  let agreed = base.sha256 === null && lastSaved === base.version ? null : base.text;
  for (const record of rest) {
    switch (record.kind) {
      case 'base':
        break;
      case 'edits':
        if (!text.fits(record.edits)) break;
        if (form.lineEnds.kind === 'mixed') {
          form = { ...form, lineEnds: editLineEnds(form.lineEnds, text.toString(), record.edits) };
        }
        text.apply(record.edits);
        runs = runsAfter(runs, record.edits);
        ({ version } = record);
        break;
      case 'text':
        form = record.form ?? {
          ...form,
          lineEnds: replaceLineEnds(form.lineEnds, text.toString(), record.text),
        };
        text.apply([{ from: 0, to: text.length, insert: record.text }]);
        runs = record.marks ? runsOf(record.marks) : noRuns;
        ({ version } = record);
        break;
      case 'saved':
        saved = record.version;
        ({ sha256 } = record);
        break;
      case 'moved':
        ({ path, real } = record);
    }
    if (version === lastSaved) agreed = text.toString();
  }
  const isSaved = saved >= version;
  return { path, real, text: text.toString(), runs, form, sha256, agreed, version, isSaved };
}

const there = (path: string): Promise<boolean> =>
  fs.access(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
      throw error;
    },
  );

/** What the last run left. */
export interface Found {
  /** A sentence for each text whose document is gone, and for each journal that is damaged. */
  readonly told: readonly string[];
  /** Documents, by their paths in the library, that had words which were not saved. */
  readonly unsaved: readonly string[];
}

/**
 * Looks through the journals of the last run. Those whose document is there wait until it is opened;
 * where it is gone, the text comes back as a document of its own.
 */
export async function recoverGone(journals: string, root: string, at: Date): Promise<Found> {
  const told: string[] = [];
  const unsaved: string[] = [];
  for (const name of await fs.readdir(journals)) {
    if (!name.endsWith('.journal')) continue;
    const journal = join(journals, name);
    const read = await readJournal(journal);
    let damage: string | null;
    try {
      damage = await setAsideDamaged(journal, read, at);
    } catch (error) {
      // It stays where it is, and everything else can be recovered all the same.
      told.push(diskError(error, journal).message);
      continue;
    }
    if (damage !== null) told.push(damage);
    const left = replayAll(read.records);
    // Of another library: it waits until that is opened again.
    if (left && !left.real.startsWith(root + sep)) continue;
    if (left && (await there(left.real)) && !(await isSpent(left))) {
      // Its document was moved and the program ended before the journal was.
      const right = journalPath(journals, left.real);
      if (journal !== right && !(await there(right))) await renameDurably(journal, right);
      if (!left.isSaved) unsaved.push(relative(root, left.real).split(sep).join('/'));
      continue;
    }
    if (left && !left.isSaved) {
      const copy = await keep(left, root, at);
      told.push(`${left.path} was gone when Understudy started; its text is kept as ${copy}.`);
    }
    await fs.rm(journal, { force: true });
  }
  return { told, unsaved };
}

/** Nothing is in the journal alone. What of a saved text is suggested may be, if the program ended at once. */
async function isSpent({ isSaved, runs, real, sha256 }: Recovered): Promise<boolean> {
  if (!isSaved || runs.length > 0) return false;
  // Another program may have replaced what was saved before that was seen.
  const found = await readKnown(real).catch(() => null);
  return found?.known.sha256 === sha256;
}

async function keep({ real, text, form }: Recovered, root: string, at: Date): Promise<string> {
  const folder = (await there(dirname(real))) ? dirname(real) : root;
  const bytes = encode(text, form) ?? encode(text, { ...form, ...plainForm })!;
  const names = copyNames(basename(real), 'recovered', at);
  return (await createFree(folder, names, bytes)).name;
}
