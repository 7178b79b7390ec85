/**
 * What the marks of suggested text cost the host: the longest turn of its event loop while a sidecar of many
 * spans is written after a save, and read at the opening of its document. `npm run bench:marks -- --spans
 * 5000 --rounds 20`; the text is 1 MB of invented prose.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MarksStore } from '../../src/main/host/provenance/index.ts';
import { runsAfter, runsFrom, type Stretch } from '../../src/shared/provenance/index.ts';
import { percentile } from './numbers.ts';
import { prose } from './prose.ts';
import { longestTurn, type Turn } from './turns.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    spans: { type: 'string', default: '5000' },
  },
});
const rounds = Number(values.rounds);
const spans = Number(values.spans);

/** Suggestions of half of their share of the text each, three pieces of every four in one passage. */
function stretches(length: number): Stretch[] {
  const each = Math.floor(length / spans);
  return Array.from({ length: spans }, (_, i) => ({
    from: i * each,
    to: i * each + Math.floor(each / 2),
    label: {
      passage: {
        ...{ id: String(i >> 2), voice: 'Mine', at: Date.UTC(2026, 10, 25) + i },
        ...{ creativity: 50, seed: i },
      },
      taken: 5 * (1 + (i % 4)),
    },
  }));
}

const folder = await mkdtemp(join(tmpdir(), 'understudy-marks-'));
try {
  const document = join(folder, 'a.md');
  const told = (line: string): void => console.error(line);
  const options = { folder: join(folder, 'marks'), notice: told, log: told };
  const store = new MarksStore(options);
  let text = prose(1e6);
  let runs = runsFrom(stretches(text.length));
  const all = { saving: [] as Turn[], opening: [] as Turn[], changed: [] as Turn[] };
  for (let round = 0; round < rounds; round++) {
    text = `${round} ${text}`;
    runs = runsAfter(runs, [{ from: 0, to: 0, insert: `${round} ` }]);
    const saved = { text, runs };
    all.saving.push(
      await longestTurn(async () => {
        store.save(document, saved.text, saved.runs);
        await store.settled(document);
      }),
    );
    // As at the next start.
    const next = new MarksStore(options);
    all.opening.push(await longestTurn(() => next.load(document, text)));
    const other = `Once more: ${text.slice(0, 5e5)}. And then ${text.slice(5e5)}`;
    all.changed.push(await longestTurn(() => next.load(document, other)));
  }
  const { size } = await stat(join(folder, '.a.md.understudy.json'));
  console.log(`${spans} spans in ${(text.length / 1e6).toFixed(1)} MB, a sidecar of ${size} bytes`);
  const row = (what: string, turns: readonly Turn[]): void => {
    const shown = (of: keyof Turn, share: number): string =>
      percentile(
        turns.map((turn) => turn[of]),
        share,
      ).toFixed(1);
    console.log(
      `  longest turn, ${what.padEnd(30)} ${shown('worked', 0.5)} ms of work (p95 ${shown('worked', 0.95)}), by the clock ${shown('held', 0.5)} ms (p95 ${shown('held', 0.95)})`,
    );
  };
  row('saving', all.saving);
  row('opening', all.opening);
  row('opening what others changed', all.changed);
} finally {
  await rm(folder, { recursive: true, force: true });
}
