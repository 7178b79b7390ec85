import { readdir } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isUserError } from '../../../src/shared/errors.ts';
import { loadLatestCheckpoint } from '../../../src/main/files/checkpoints.ts';
import { isLeftover } from '../../../src/main/files/atomic.ts';
import { loadVoice } from '../../../src/main/files/voice-folder.ts';
import { jsonLines, prose, start, type Folder } from '../../helpers/understudy.ts';
import type { Roll } from './inputs.ts';

/** When a run is killed: some milliseconds after it said something, or after a signal to save. */
interface Moment {
  readonly name: string;
  /** How many of a hundred. */
  readonly share: number;
  /** Of standard output; null: from the start of the process. */
  readonly after: RegExp | null;
  /** Longest wait, in milliseconds. */
  readonly within: number;
  readonly terminate?: true;
  /** Begins a new voice in place of going on. */
  readonly anew?: true;
}

const moments: readonly Moment[] = [
  { name: 'starting', share: 10, after: null, within: 600 },
  { name: 'training', share: 17, after: /"event":"progress"/, within: 1500 },
  // The first save of a run that goes on comes with its first evaluation.
  { name: 'saving', share: 30, after: /"stage":"saving"/, within: 120 },
  {
    name: 'saving at the end',
    share: 20,
    after: /"event":"progress"/,
    within: 120,
    terminate: true,
  },
  // Long enough for several saves.
  { name: 'going on', share: 8, after: /"stage":"saving"/, within: 9000 },
  { name: 'beginning', share: 15, after: /"stage":"measuring"/, within: 900, anew: true },
];

/** Seconds between two saves of a training, and the share of its time that they may take: see engine/keeper.ts. */
const [SAVE_EVERY, SHARE] = [5, 0.03];

/** Kills beyond those that were asked for. */
const MORE = 20;

export interface Killed {
  /** How often each kind of moment was hit. */
  readonly hits: ReadonlyMap<string, number>;
  /** Runs over a checkpoint past the first step that were let live until they had told of a step. */
  readonly due: number;
  /** Those of them that went on from the very step that was saved. */
  readonly resumed: number;
  /** Seconds of training that each kill lost, and the most that it may have: until the next save was due. */
  readonly lost: readonly { readonly seconds: number; readonly interval: number }[];
}

/** The step that a resumed run must go on from, or null when there is nothing to go on from. */
async function savedStep(voice: string): Promise<number | null> {
  const checkpoint = await loadLatestCheckpoint(voice).catch((error: unknown) => {
    throw new Error('A kill left no checkpoint that can be read', { cause: error });
  });
  if (checkpoint && checkpoint.passedOver.length > 0) {
    throw new Error(`A kill damaged a checkpoint: ${checkpoint.passedOver.join(' ')}`);
  }
  return checkpoint?.step ?? null;
}

/** Checks that a voice loads. It need not be there before training began. */
async function assertLoads(voice: string, began: boolean): Promise<void> {
  await loadVoice(voice).catch((error: unknown) => {
    if (!began && isUserError(error) && error.code === 'voice.missing') return;
    throw new Error('A kill left a voice that does not load', { cause: error });
  });
}

type Lines = readonly Record<string, unknown>[];

/**
 * By the steps that a run told: the seconds of training until then. Not every step is told, but those of
 * evaluations are, which is when it saves.
 */
const secondsBySteps = (lines: Lines): Map<number, number> =>
  new Map(
    lines
      .filter(({ event }) => event === 'progress' || event === 'evaluation')
      .map(({ step, seconds }) => [Number(step), Number(seconds)]),
  );

/** Seconds of training between two evaluations, which are when it may save: the most that there were. */
function longestGap(lines: Lines): number {
  const at = lines
    .filter(({ event }) => event === 'evaluation')
    .map((line) => Number(line['seconds']));
  return Math.max(0, ...at.slice(1).map((seconds, i) => seconds - at[i]!));
}

/** Seconds that the last save took that came to its end, with the samples after it; 0 where none did. */
function lastSave(lines: Lines, arrivals: readonly number[]): number {
  const saves = lines.flatMap(({ stage }, i) => {
    if (stage !== 'saving') return [];
    const next = lines.findIndex(({ event }, k) => k > i && event !== 'sample');
    return next === -1 ? [] : [(arrivals[next]! - arrivals[i]!) / 1000];
  });
  return saves.at(-1) ?? 0;
}

/**
 * Trains a voice by the real command and kills it, again and again. After each kill the voice must load,
 * its checkpoints must be whole, and the next run must go on from the very step that was saved: so no
 * lock of a dead process is in its way.
 *
 * @throws Error that says which kill broke what
 */
export async function killAgainAndAgain(
  folder: Folder,
  options: {
    readonly kills: number;
    readonly roll: Roll;
    /** Flags of the network. */
    readonly network: readonly string[];
    readonly told?: (text: string) => void;
  },
): Promise<Killed> {
  const { kills, roll, network } = options;
  folder.write('pages.txt', prose(14));
  const voice = join(folder.path, 'my.voice');
  const common = ['train', 'pages.txt', '--out', 'my.voice', '--json', '--threads', '1'];
  const hits = new Map<string, number>();
  const lost: { seconds: number; interval: number }[] = [];
  let [due, resumed] = [0, 0];
  /** Whether a run has come to its first step, before which there must be a voice. */
  let began = false;
  // A few kills may all come before there was something to go on from: then there are some more.
  for (let i = 0; i < kills || (resumed === 0 && i < kills + MORE); i++) {
    const saved = await savedStep(voice);
    let dice = roll(100);
    const moment = moments.find(({ share }) => (dice -= share) < 0)!;
    const goesOn = saved !== null && !moment.anew;
    // What a kill left before the first save must be in nobody's way.
    if (moment.anew) {
      rmSync(voice, { recursive: true, force: true });
      began = false;
    }
    const rest = goesOn ? ['--resume'] : [...network, '--epochs', '100000', '--patience', '0'];
    const running = start(folder.path, [...common, ...rest]);
    const name = `kill ${i + 1}, ${moment.name}`;
    try {
      if (moment.after) await running.until(moment.after);
    } catch (error) {
      throw new Error(`${name}: the run before it could not be gone on with`, { cause: error });
    }
    if (moment.terminate) running.child.kill('SIGTERM');
    await wait(roll(moment.within + 1));
    running.child.kill('SIGKILL');
    const { out } = await running.ended;
    // A line may be cut off by the kill.
    const lines = jsonLines(out.slice(0, out.lastIndexOf('\n') + 1));
    const first = lines.find(({ event }) => event === 'progress');
    // All but those that are killed while they start have told of a step before. Whoever begins again begins
    // at the first step, too.
    const isDue = goesOn && saved > 0 && moment.after !== null;
    if (isDue) due++;
    if (goesOn && first) {
      if (isDue) resumed++;
      if (first['step'] !== saved + 1) {
        throw new Error(
          `${name}: step ${saved} was saved, and it went on with ${String(first['step'])}`,
        );
      }
      const leftovers = (await readdir(voice)).filter(isLeftover);
      // Those of the run that was killed just now may be there.
      const { pid } = running.child;
      const older = leftovers.filter((left) => !left.includes(`.${pid}-`));
      if (older.length > 0) throw new Error(`${name}: ${older.join(', ')} was left behind`);
    }
    const trained = secondsBySteps(lines);
    const kept = (await savedStep(voice)) ?? 0;
    const end = Math.max(0, ...trained.values());
    lost.push({
      seconds: end - (trained.get(kept) ?? Math.min(end, ...trained.values())),
      interval: Math.max(SAVE_EVERY, lastSave(lines, running.arrivals) / SHARE) + longestGap(lines),
    });
    began ||= lines.some(({ stage }) => stage === 'training');
    await assertLoads(voice, began).catch((error: unknown) => {
      throw new Error(name, { cause: error });
    });
    hits.set(moment.name, (hits.get(moment.name) ?? 0) + 1);
    options.told?.(`${name}: loads, ${goesOn ? `went on from step ${saved}` : 'a new voice'}`);
  }
  await savedStep(voice);
  return { hits, due, resumed, lost };
}
