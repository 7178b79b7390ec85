import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unwrap } from '../../../src/shared/result.ts';
import {
  atMost,
  every,
  none,
  skipped,
  times,
  type Figure,
  type Run,
  type Section,
} from '../section.ts';
import { folders, sitDown } from './desk.ts';
import { Script } from './script.ts';
import { readTrace, type Traced } from './strace.ts';

/** What is watched: everything that writes, and what is sent to the page. */
const CALLS = 'fsync,fdatasync,rename,renameat,renameat2,write,pwrite64,pwritev,writev';

export const order: Section = {
  name: 'order',
  about: 'strace watches in which order a save writes, syncs, renames and tells',
  short: 0.05,
  alone: true,
  async measure(run) {
    const has = spawnSync('strace', ['-e', 'trace=fsync', 'true']);
    if (has.status !== 0) {
      const why = has.error ? 'strace is not here' : 'strace may not trace here';
      return [skipped('order of fsync and rename', why, 'all')];
    }
    return [...(await saves(run)), ...(await typing(run))];
  },
};

const strace = (log: string): string[] => [
  ...['strace', '-f', '-ttt', '-y', '-s', '400', '-e', `trace=${CALLS}`, '-e', 'signal=none'],
  ...['-o', log],
];

async function saves(run: Run): Promise<readonly Figure[]> {
  const count = times(run, 100);
  using at = folders();
  const log = join(at.root, 'saves.strace');
  await fs.writeFile(join(at.library, 'a.md'), 'Old.\n');
  await using desk = await sitDown({ ...at, under: strace(log) });
  const { client } = await desk.connect();
  const path = 'a.md';
  let { version } = unwrap(await client.call.openDocument({ path }));
  const versions: number[] = [];
  for (let i = 0; i < count; i++) {
    const edits = [{ from: 0, to: 0, insert: `${i} ${'words '.repeat(i)}` }];
    ({ version } = unwrap(await client.call.editDocument({ path, base: version, edits })));
    unwrap(await client.call.saveDocument({ path }));
    versions.push(version);
    if (i % 10 === 0) run.told(`save ${i}`);
  }
  await desk.quit();
  const traced = await readTrace(log);
  const real = await fs.realpath(join(at.library, path));
  const renames = traced.filter(({ call, to }) => call.startsWith('rename') && to === real);
  const late: string[] = [];
  let [before, after, told] = [0, 0, 0];
  for (const [i, rename] of renames.entries()) {
    const next = renames[i + 1]?.began ?? Infinity;
    const synced = syncedBefore(traced, rename);
    const folder = traced.find(
      ({ call, path: at, began }) =>
        call === 'fsync' && at === dirname(real) && began >= rename.ended && began < next,
    );
    const saved = traced.find(
      ({ text }) =>
        text.includes(`\\"version\\":${versions[i]}`) && text.includes('\\"kind\\":\\"saved\\"'),
    );
    if (synced) before++;
    if (folder) after++;
    if (folder && saved && saved.began >= folder.ended) told++;
    else late.push(`save ${i}: ${saved ? 'told before it was durable' : 'not told'}`);
  }
  return [
    every('saves that are one rename', renames.length, count),
    every('fsync of the file before its rename, nothing written after', before, count),
    every('fsync of the folder after the rename', after, count),
    every('told as saved only then', told, count),
  ];
}

/** The new file was synced before it was renamed, and nothing was written to it afterwards. */
function syncedBefore(traced: readonly Traced[], rename: Traced): boolean {
  const of = traced.filter(({ path, ended }) => path === rename.from && ended <= rename.began);
  const sync = of.findLast(({ call }) => call === 'fsync' || call === 'fdatasync');
  const write = of.findLast(({ call }) => call.includes('write'));
  return sync !== undefined && write !== undefined && write.ended <= sync.began;
}

/** How long what is typed waits until a power cut cannot take it any more. */
async function typing(run: Run): Promise<readonly Figure[]> {
  using at = folders();
  const log = join(at.root, 'typing.strace');
  await fs.writeFile(join(at.library, 'a.md'), 'Old.\n');
  await using desk = await sitDown({ ...at, under: strace(log) });
  const line = await desk.connect();
  unwrap(await line.client.call.changeSettings({ autosaveDelay: 1000 }));
  const script = await Script.open(line, 'a.md');
  await script.typeFor(Math.max(4000, 60_000 * run.share), 40);
  const stopped = Date.now() / 1000;
  // The save that follows the pause is noted in the journal, too, and that is synced a moment later.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await desk.kill();
  const traced = (await readTrace(log)).filter(({ path }) => path?.endsWith('.journal'));
  const waits: { began: number; seconds: number }[] = [];
  const lost: string[] = [];
  for (const { call, began } of traced) {
    if (!call.includes('write')) continue;
    const sync = traced.find((other) => other.call === 'fsync' && other.began >= began);
    if (sync) waits.push({ began, seconds: sync.ended - began });
    else lost.push(`written at ${began}`);
  }
  const last = waits.filter(({ began }) => began > stopped - 0.5).map(({ seconds }) => seconds);
  const most = (seconds: readonly number[]): number | null =>
    seconds.length > 0 ? Math.max(...seconds) : null;
  return [
    atMost(
      'until typed text is synced to the journal, without a pause',
      most(waits.map(({ seconds }) => seconds)),
      2,
      's',
    ),
    atMost('the same for the last words before a pause', most(last), 1, 's'),
    none('journal records that were never synced', lost, waits.length),
  ];
}
