import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient, Edit } from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { dice } from '../../helpers/dice.ts';
import { none, times, type Section } from '../section.ts';
import { folders, sitDown } from './desk.ts';
import { fixtureOf, type Fixture } from './fixtures.ts';

interface Tally {
  written: number;
  onlyRead: number;
  refused: number;
  readonly changed: string[];
  readonly touched: string[];
  /** Texts whose letters are known, and those that were shown with others. */
  known: number;
  readonly misread: string[];
}

export const fidelity: Section = {
  name: 'fidelity',
  about: 'files of every encoding, line end and oddity are opened, edited and saved',
  short: 0.12,
  async measure(run) {
    const count = times(run, 1000);
    const tally: Tally = {
      written: 0,
      onlyRead: 0,
      refused: 0,
      changed: [],
      touched: [],
      known: 0,
      misread: [],
    };
    using at = folders();
    await using desk = await sitDown(at);
    const { client } = await desk.connect();
    unwrap(await client.call.changeSettings({ autosaveDelay: 1000 }));
    const roll = dice(run.seed);
    for (let n = 0; n < count; n++) {
      const fixture = fixtureOf(n, roll);
      await passOnce(client, at.library, fixture, roll, tally);
      if (n % 20 === 0) run.told(fixture.name);
    }
    const { written, onlyRead, refused } = tally;
    for (const found of tally.misread) run.told(found);
    return [
      none('files that were not the same after an edit and its undo', tally.changed, count),
      none('texts that are shown with other letters than they have', tally.misread, tally.known),
      none('files in which more changed than what was edited', tally.touched, written),
      {
        what: 'files that were written, only read, refused',
        measured: `${written}, ${onlyRead}, ${refused}`,
        bar: '> 60 % written',
        met: written > 0.6 * count && written + onlyRead + refused === count,
      },
    ];
  },
};

async function passOnce(
  { call }: ApiClient,
  library: string,
  { name, bytes, text: whole }: Fixture,
  roll: (n: number) => number,
  tally: Tally,
): Promise<void> {
  const path = 'a.txt';
  const file = join(library, path);
  await fs.writeFile(file, bytes);
  const opened = await call.openDocument({ path });
  if (!opened.ok) {
    tally.refused++;
    if (!readFileSync(file).equals(bytes)) tally.changed.push(`${name}: refused and changed`);
    return;
  }
  const { text, readOnly, form } = opened.value;
  let { version } = opened.value;
  if (whole !== null) {
    tally.known++;
    if (text !== whole) tally.misread.push(`${name} (${form}): ${parting(whole, text)}`);
  }
  const edit = async (...edits: Edit[]): Promise<void> => {
    ({ version } = unwrap(await call.editDocument({ path, base: version, edits })));
  };
  if (readOnly !== null) {
    tally.onlyRead++;
    await call.saveDocument({ path });
  } else {
    tally.written++;
    // Not between the halves of a character.
    const place = boundary(text, roll(text.length + 1));
    const typed = { from: place, to: place, insert: 'zebra' };
    const undo = { from: place, to: place + 5, insert: '' };
    await edit(typed);
    await edit(undo);
    unwrap(await call.saveDocument({ path }));
    if (!readFileSync(file).equals(bytes)) tally.changed.push(`${name} (${form})`);
    await edit(typed);
    unwrap(await call.saveDocument({ path }));
    const why = strayChange(bytes, readFileSync(file));
    if (why !== null) tally.touched.push(`${name} (${form}): ${why}`);
    // What was on the disk in between is undone, too.
    await edit(undo);
    unwrap(await call.saveDocument({ path }));
  }
  unwrap(await call.closeDocument({ path }));
  if (!readFileSync(file).equals(bytes)) tally.changed.push(`${name} (${form}), closed`);
}

/** Where two texts part, for people. */
function parting(whole: string, text: string): string {
  let at = 0;
  while (whole[at] === text[at]) at++;
  return JSON.stringify([whole.slice(at, at + 12), text.slice(at, at + 12)]);
}

/** `at`, or one before where that lies within a pair of surrogates. */
const boundary = (text: string, at: number): number =>
  /[\udc00-\udfff]/.test(text.charAt(at)) ? Math.max(0, at - 1) : at;

/** What is in `after` beside `before` and one "zebra", or null. */
function strayChange(before: Buffer, after: Buffer): string | null {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let same = 0;
  while (
    same < before.length - start &&
    before[before.length - 1 - same] === after[after.length - 1 - same]
  ) {
    same++;
  }
  if (start + same !== before.length)
    return `${before.length - start - same} bytes more were changed`;
  const added = after.length - before.length;
  const letters = after
    .subarray(start, start + added)
    .toString('latin1')
    .replaceAll('\0', '');
  // Letters that stand beside the same ones may be seen as turned round: "zebra" before "z".
  const isZebra = [...letters].sort().join('') === 'aberz';
  return isZebra ? null : `"${letters.slice(0, 40)}" was added`;
}
