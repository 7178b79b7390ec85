import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { proseToMarkdown } from '../../../src/main/formats/index.ts';
import { readManuscript } from '../../../src/main/formats/read/index.ts';
import { Refusal } from '../../../src/main/formats/refusal.ts';
import { formatOf } from '../../../src/shared/formats.ts';
import { damage, dice } from '../../helpers/dice.ts';
import { rawZip } from '../../helpers/raw-zip.ts';
import { none, times, type Section } from '../section.ts';
import { unzipped } from './unzipped.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/formats');
const names = ['rich.docx', 'rich.odt', 'rich.epub', 'rich.rtf', 'rich.html'];

/** Real files with random damage in them, also behind the sums of a packed one. */
export const spoiledFiles: Section = {
  name: 'spoiled-files',
  about: 'manuscripts with damage in them are read, or refused in a clear sentence',
  short: 0.02,
  async measure(run) {
    const cases = times(run, 1000);
    const roll = dice(run.seed);
    const whole = await Promise.all(names.map((name) => readFile(join(fixtures, name))));
    const found: string[] = [];
    const outcomes = new Map<string, number>();
    for (let number = 0; number < cases; number++) {
      const which = roll(names.length);
      const name = names[which]!;
      const bytes = await spoil(whole[which]!, roll);
      run.told(`case ${number}, ${name}`);
      try {
        // In this process and not in a thread of its own: what hangs is found by the silence.
        const source = { kind: 'bytes', bytes: Buffer.from(bytes) } as const;
        proseToMarkdown((await readManuscript(source, formatOf(name)!)).prose);
        outcomes.set('', (outcomes.get('') ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof Refusal)) found.push(`case ${number}, ${name}: ${String(error)}`);
        else outcomes.set(error.code, (outcomes.get(error.code) ?? 0) + 1);
      }
    }
    const told = [...outcomes].map(([code, n]) => `${n} ${code === '' ? 'read' : code}`);
    return [
      none('spoiled manuscripts that end in no clear error', found, cases),
      {
        what: 'spoiled manuscripts that are read, and that are refused',
        measured: told.join(', '),
        bar: 'some of both',
        met: outcomes.has('') && outcomes.size > 1,
      },
    ];
  },
};

/** Half of the packed files are damaged in a part that is packed again. */
async function spoil(bytes: Buffer, roll: (n: number) => number): Promise<Uint8Array> {
  if (bytes[0] !== 0x50 || roll(2) === 0) return damage(bytes, roll);
  const parts = await unzipped(bytes);
  const text = parts.filter(({ name }) => /\.(?:xml|xhtml|opf|rels)$/.test(name));
  const chosen = text[roll(text.length)]!;
  return rawZip(
    parts.map((part) =>
      part === chosen ? { name: part.name, content: damage(part.content, roll) } : part,
    ),
  );
}
