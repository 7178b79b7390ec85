import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, isLeftover } from '../../../src/main/files/atomic.ts';
import type { Marks } from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { dice } from '../../helpers/dice.ts';
import { atMost, every, none, skipped, times, type Figure, type Section } from '../section.ts';
import { folders, inLanes, sitDown, type Line } from './desk.ts';

/** Disks, each with a host of its own: most of the time they wait for the next try. */
const LANES = 8;
/** Of each disk, in bytes. */
const SIZE = 4 << 20;
const PAGE = 4096;
/** Longest time until a save that failed is made good, in milliseconds, once there is room. */
const MENDED = 12_000;

/** Bytes for all that is small beside the text: its head in a journal and a snapshot, folders, pages begun. */
const SMALL = 24 * PAGE;

/** A file system in memory. */
class Disk implements Disposable {
  readonly folder: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
    this.folder = folder;
  }

  /** Leaves room for so many bytes. */
  async fill(room: number): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { bavail, bsize } = await fs.statfs(this.folder);
      const ballast = Math.max(0, bavail * bsize - Math.ceil(room / PAGE) * PAGE);
      try {
        return await fs.writeFile(join(this.folder, '.ballast'), Buffer.alloc(ballast, 'x'));
      } catch (error) {
        // The host writes its settings at the same time.
        if (codeOf(error) !== 'ENOSPC' || tries === 5) throw error;
        await this.empty();
      }
    }
  }

  async empty(): Promise<void> {
    await fs.rm(join(this.folder, '.ballast'), { force: true });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.folder]);
  }
}

/** Why no disk can be made here, or null. */
function hindrance(): string | null {
  if (process.platform !== 'linux') return 'there is no tmpfs here';
  if (process.getuid?.() !== 0) return 'only root may mount a tmpfs';
  using at = folders();
  try {
    new Disk(join(at.root, 'try'))[Symbol.dispose]();
    return null;
  } catch (error) {
    return `no tmpfs can be mounted (${String(error).split('\n')[0]})`;
  }
}

interface Tally {
  saves: number;
  failed: number;
  /** Saves with all the room that they need, and those of them that did it. */
  roomy: number;
  roomySaved: number;
  readonly torn: string[];
  readonly forgotten: string[];
  readonly unmended: string[];
  readonly leftovers: string[];
  snapshots: number;
  /** Snapshots that were told as taken and are not there, or failed without a clear sentence. */
  readonly snapshotsLost: string[];
  /** Sidecars that are torn, or do not come once there is room. */
  readonly marksLost: string[];
  /** Seconds from the save to the error. */
  readonly shown: number[];
}

export const diskFull: Section = {
  name: 'disk-full',
  about: 'a disk has 0 to 120 % of the room that a save needs',
  short: 0.08,
  alone: true,
  async measure(run) {
    const why = hindrance();
    if (why !== null) return [skipped('saves on a full disk', why, 'all old or new')];
    const count = times(run, 100);
    const tally: Tally = {
      ...{
        saves: 0,
        failed: 0,
        roomy: 0,
        roomySaved: 0,
        torn: [],
        forgotten: [],
        unmended: [],
        leftovers: [],
        shown: [],
      },
      ...{ snapshots: 0, snapshotsLost: [], marksLost: [] },
    };
    await inLanes(count, LANES, async (next, lane) => {
      using at = folders();
      using disk = new Disk(join(at.root, 'disk'));
      // Half of them keep Understudy's own folder, with the journals, on the same disk.
      const library = join(disk.folder, 'library');
      mkdirSync(library);
      const isShared = lane % 2 === 1;
      const data = isShared ? join(disk.folder, 'data') : at.data;
      mkdirSync(data, { recursive: true });
      await fs.writeFile(join(library, 'a.md'), '');
      await using desk = await sitDown({ library, data });
      const line = await desk.connect();
      unwrap(await line.client.call.changeSettings({ autosaveDelay: 1000 }));
      const roll = dice(run.seed * 100 + lane);
      for (let n = next(); n !== null; n = next()) {
        // In an order that spreads them over the disks.
        const share = shareOf(((n * 37) % count) / Math.max(1, count - 1));
        const name = `save ${n}, ${Math.round(100 * share)} % of the room`;
        await saveOnce({ disk, library, data, isShared, line, roll, share, name }, tally);
        run.told(name);
      }
    });
    return figuresOf(tally, count);
  },
};

/** For a number from 0 to 1: most are near the room that a save needs, where it fails in the midst. */
const shareOf = (at: number): number =>
  at < 0.3 ? (at / 0.3) * 0.6 : 0.6 + ((at - 0.3) / 0.7) * 0.6;

function figuresOf(tally: Tally, count: number): readonly Figure[] {
  return [
    every(
      `saves that left the old or the new (${tally.failed} failed)`,
      tally.saves - tally.torn.length,
      count,
    ),
    every('saves with all the room they need that succeeded', tally.roomySaved, tally.roomy),
    {
      what: 'saves that succeeded, and that failed',
      measured: `${tally.saves - tally.failed}, ${tally.failed}`,
      bar: '> 10 % each',
      met: tally.failed > 0.1 * count && tally.saves - tally.failed > 0.1 * count,
    },
    none('files neither old nor new, or not what was told', tally.torn, count),
    atMost('until the error was shown, most', Math.max(0, ...tally.shown), 1, 's'),
    none(
      'failed saves after which the text was not kept as unsaved',
      tally.forgotten,
      tally.failed,
    ),
    none(
      'failed saves not made good by themselves once there was room',
      tally.unmended,
      tally.failed,
    ),
    none('temporary files left', tally.leftovers, count),
    none(
      `snapshots told as taken that are not there, or that failed without saying why (${tally.snapshots} taken)`,
      tally.snapshotsLost,
      count,
    ),
    none('marks torn, or not kept once there was room', tally.marksLost, count),
  ];
}

async function saveOnce(
  {
    disk,
    library,
    data,
    isShared,
    line,
    roll,
    share,
    name,
  }: {
    disk: Disk;
    library: string;
    data: string;
    isShared: boolean;
    line: Line;
    roll: (n: number) => number;
    share: number;
    name: string;
  },
  tally: Tally,
): Promise<void> {
  const { call } = line.client;
  const path = 'a.md';
  const file = join(library, path);
  const onDisk = (): string => readFileSync(file, 'utf8');
  const opened = unwrap(await call.openDocument({ path }));
  const old = onDisk();
  const text = `${name}\n`.repeat(1 + roll(12_000));
  // Beside the new file: the journal has both texts, the old one as its base.
  const beside = isShared ? old.length + text.length + SMALL : 0;
  await disk.fill(Math.floor(share * (text.length + beside)));
  const edits = [{ from: 0, to: opened.text.length, insert: text, marks: suggested(text) }];
  const { version } = unwrap(await call.editDocument({ path, base: opened.version, edits }));
  await takeSnapshot(line, path, text, name, tally);
  const began = performance.now();
  const told = line.states.length;
  const result = await call.saveDocument({ path });
  tally.saves++;
  if (share >= 1) {
    tally.roomy++;
    if (result.ok) tally.roomySaved++;
  }
  const found = onDisk();
  if (found !== (result.ok ? text : old)) {
    tally.torn.push(`${name}: told ${result.ok ? 'saved' : 'failed'}, ${found.length} characters`);
  }
  if (!result.ok) {
    tally.failed++;
    const shown = line.states.slice(told).find(({ state }) => state.kind === 'failed');
    tally.shown.push(((shown?.at ?? Infinity) - began) / 1000);
    const kept = unwrap(await call.openDocument({ path }));
    if (kept.text !== text || line.state(path)?.kind !== 'failed') {
      tally.forgotten.push(`${name}: ${JSON.stringify(line.state(path))}`);
    }
  }
  await disk.empty();
  const end = performance.now() + MENDED;
  const isSaved = (): boolean => {
    const state = line.state(path);
    return state?.kind === 'saved' && state.version >= version;
  };
  while (!isSaved() && performance.now() < end) await wait(20);
  if (!isSaved() || onDisk() !== text) tally.unmended.push(`${name}: ${found.length}`);
  const areKept = async (): Promise<boolean> => {
    const beside = join(library, `.${path}.understudy.json`);
    const hashes = await hashesKept([beside, ...(await asides(join(data, 'marks')))]);
    return hashes.includes(hashOf(text));
  };
  while (!(await areKept()) && performance.now() < end) await wait(20);
  if (!(await areKept())) tally.marksLost.push(name);
  const left = (await fs.readdir(library)).filter(isLeftover);
  if (left.length > 0) tally.leftovers.push(`${name}: ${left.join(', ')}`);
}

/** A voice suggested its first half. */
const suggested = (text: string): Marks => ({
  passages: [{ id: text.slice(0, 40), voice: 'Mine', at: 0, creativity: 50, seed: 7 }],
  spans: [{ from: 0, to: text.length >> 1, passage: 0, taken: 1 }],
});

async function takeSnapshot(
  { client: { call } }: Line,
  path: string,
  text: string,
  name: string,
  tally: Tally,
): Promise<void> {
  const taken = await call.takeSnapshot({ path, name: null });
  if (taken.ok) {
    tally.snapshots++;
    const read = await call.readSnapshot({ path, id: taken.value });
    if (!read.ok || read.value.text !== text) tally.snapshotsLost.push(`${name}: another text`);
  } else if (taken.error.code !== 'disk.full') {
    tally.snapshotsLost.push(`${name}: ${taken.error.sentence}`);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Where marks are kept that found no room beside their document. */
const asides = async (folder: string): Promise<string[]> =>
  (await fs.readdir(folder).catch(() => []))
    .filter((name) => !isLeftover(name))
    .map((name) => join(folder, name));

/** Of which texts sidecars are, as far as they are there. Throws where one is torn. */
async function hashesKept(paths: readonly string[]): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const path of paths) {
    const text = await fs.readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (text !== null) hashes.push((JSON.parse(text) as { sha256: string }).sha256);
  }
  return hashes;
}
