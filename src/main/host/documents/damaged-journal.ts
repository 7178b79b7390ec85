import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDurably, renameDurably } from '../../files/atomic.ts';
import type { ReadJournal } from './journal.ts';

/** So many are kept; then the oldest go. */
const MOST = 20;

/**
 * Sets a journal aside of which something cannot be read: it is kept as it is, and never replayed again. A
 * beginning that can be read stays a journal. Gives a sentence that says where it is; null where nothing is
 * damaged. Throws what the disk says.
 */
export async function setAsideDamaged(
  journal: string,
  { records, end, rest }: ReadJournal,
  at: Date,
): Promise<string | null> {
  const [base] = records;
  const aside = `${journal.replace(/\.journal$/, '')}-${at.getTime()}.damaged`;
  if (base?.kind === 'base') {
    // A last record that is cut off had not come to the disk: that is within what a crash may take.
    if (rest !== 'damaged') return null;
    await createDurably(aside, [await fs.readFile(journal)]);
    await fs.truncate(journal, end);
  } else {
    if (records.length === 0 && rest === 'nothing') return null;
    await renameDurably(journal, aside);
  }
  await removeOldest(dirname(journal));
  const whose = base?.kind === 'base' ? `to ${base.path}` : 'that may not be saved';
  return `A journal with changes ${whose} is damaged or written by a newer Understudy, and not all of it can be read; it is kept as ${aside}.`;
}

async function removeOldest(folder: string): Promise<void> {
  const found: { readonly name: string; readonly at: number }[] = [];
  for (const name of await fs.readdir(folder)) {
    const at = /-(\d+)\.damaged$/.exec(name)?.[1];
    if (at !== undefined) found.push({ name, at: Number(at) });
  }
  found.sort((a, b) => b.at - a.at);
  for (const { name } of found.slice(MOST)) await fs.rm(join(folder, name), { force: true });
}
