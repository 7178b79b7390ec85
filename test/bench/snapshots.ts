/**
 * What a snapshot costs: how long the host's event loop is held by it, and when it is on the disk. `npm run
 * bench:snapshots -- --rounds 40`; the texts are 1 MB and 10 MB of invented prose.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noRuns } from '../../src/shared/provenance/index.ts';
import { plainForm } from '../../src/main/host/documents/text-file.ts';
import { Snapshots } from '../../src/main/host/snapshots/index.ts';
import { percentile } from './numbers.ts';
import { prose } from './prose.ts';
import { longestTurn, type Turn } from './turns.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const rounds = Number(values.rounds);

const folder = await mkdtemp(join(tmpdir(), 'understudy-snapshots-'));
try {
  for (const megabytes of [1, 10]) {
    const snapshots = new Snapshots({
      folder: join(folder, String(megabytes)),
      limit: () => 1e12,
      now: Date.now,
      changed: () => undefined,
      notice: (sentence) => console.error(sentence),
      log: (line) => console.error(line),
    });
    const text = prose(megabytes * 1e6);
    const held: number[] = [];
    const done: number[] = [];
    const turns: Turn[] = [];
    for (let round = 0; round < rounds; round++) {
      const document = { real: '/a.md', text: `${round} ${text}`, runs: noRuns, form: plainForm };
      const turn = await longestTurn(async () => {
        const start = performance.now();
        // As before a suggestion: the typing path goes on as soon as this returns.
        snapshots.changing(document, 'suggestion');
        held.push(performance.now() - start);
        await snapshots.space();
        done.push(performance.now() - start);
      });
      turns.push(turn);
      snapshots.closing(document);
      // It is kept at the closing too, which is not measured here.
      await snapshots.space();
    }
    await snapshots.close();
    const row = (what: string, all: readonly number[]): void =>
      console.log(
        `${what.padEnd(44)} p50 ${percentile(all, 0.5).toFixed(2)} ms, p95 ${percentile(all, 0.95).toFixed(2)} ms`,
      );
    console.log(`${megabytes} MB, ${rounds} snapshots`);
    row('  typing path held', held);
    row('  on the disk', done);
    row(
      '  longest turn of the event loop meanwhile',
      turns.map(({ held }) => held),
    );
    row(
      '  the same, of processor time',
      turns.map(({ worked }) => worked),
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
