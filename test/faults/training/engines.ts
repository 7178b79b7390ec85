/**
 * Kills, starves and stops both engines while a voice is trained and suggestions are written:
 * `node test/faults/training/engines.ts [times]`. Prints one JSON line. What stands for the editor is this process:
 * it must live, hear of each failure, and have its loop free all the time.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isUserError } from '../../../src/shared/errors.ts';
import { dice } from '../../helpers/dice.ts';
import { openRoom, type Room } from './room.ts';

export interface Outcome {
  readonly forced: number;
  /** Failures that the state told of, and after which the engine's work went on. */
  readonly shown: number;
  readonly resumed: number;
  /** Milliseconds from the failure to the state that tells of it. */
  readonly slowestToShow: number;
  /** Longest time the editor's loop was not free, in milliseconds. */
  readonly longestBlock: number;
  readonly finished: boolean;
}

const roles = ['trainer', 'sampler'] as const;
type Role = (typeof roles)[number];

/** The program of util-linux that takes memory away from a process that runs; null where there is none. */
const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path)) ?? null;
const signals = { kill: 'SIGKILL', abort: 'SIGABRT', stop: 'SIGSTOP' } as const;
const ways = ['kill', 'abort', 'stop', ...(prlimit ? (['memory'] as const) : [])] as const;
type Way = (typeof ways)[number];

/** Makes a process fail: with `memory` it gets no more than it has, and ends when it asks for more. */
async function force(way: Way, pid: number): Promise<void> {
  if (way === 'memory') await promisify(execFile)(prlimit!, ['--pid', String(pid), '--as=1']);
  else process.kill(pid, signals[way]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Has the sampler write until it is gone: what asks for nothing does not notice that it has no memory. */
async function writeUntilGone(room: Room): Promise<void> {
  for (;;) {
    try {
      await room.suggestion(400);
    } catch (error) {
      if (isUserError(error) && error.code === 'engine.gone') return;
      throw error;
    }
  }
}

/** One failure. Gives the milliseconds until it was told. */
async function failOnce(room: Room, role: Role, way: Way, delay: number): Promise<number> {
  const notices = room.training().notices.length;
  const { progress } = room.training();
  await room.seen(
    'a training that runs',
    () => room.runs() && room.training().progress !== progress,
  );
  const written = role === 'sampler' ? writeUntilGone(room) : null;
  await new Promise((done) => setTimeout(done, delay));
  const process = room.newest(role);
  let forced = performance.now();
  await force(way, process.pid!);
  if (way === 'memory') {
    await room.seen('an end without memory', () => !isAlive(process.pid!));
    forced = performance.now();
  }
  const told = (): boolean => ['silent', 'restarting'].includes(room.engine(role).kind);
  await room.seen(`a failure (${role}, ${way}) that is told`, told);
  const took = performance.now() - forced;
  await room.seen(
    `an end of what failed (${role}, ${way})`,
    () => room.engine(role).kind === 'restarting',
  );
  await written;
  // The other engine's work is not touched, and this one's goes on.
  if ((await room.suggestion(5)) === '') throw new Error('A suggestion is empty');
  const before = room.training().progress;
  const isTold = (): boolean => role === 'sampler' || room.training().notices.length > notices;
  await room.seen(
    `work that went on after a failure (${role}, ${way})`,
    () => room.runs() && room.training().progress !== before && isTold(),
  );
  return took;
}

/** Forces `times` failures, in series of three: a fourth within ten minutes would end the restarts. */
export async function forceFailures(times: number, seed = 1): Promise<Outcome> {
  const root = mkdtempSync(join(tmpdir(), 'understudy-faults-'));
  const roll = dice(seed);
  const block = monitorEventLoopDelay({ resolution: 5 });
  let [shown, resumed, slowestToShow, forced] = [0, 0, 0, 0];
  let finished = true;
  try {
    while (forced < times) {
      const room = await openRoom(root, `Voice ${forced}`);
      block.enable();
      for (let i = 0; i < 3 && forced < times; i++) {
        const role = roles[roll(roles.length)]!;
        const way = ways[roll(ways.length)]!;
        forced++;
        const took = await failOnce(room, role, way, roll(120));
        slowestToShow = Math.max(slowestToShow, took);
        if (took <= 2000) shown++;
        resumed++;
      }
      block.disable();
      finished &&= await room.finish();
      room.dispose();
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  const longestBlock = block.max / 1e6;
  return { forced, shown, resumed, slowestToShow, longestBlock, finished };
}

if (import.meta.main) {
  const times = Number(process.argv[2] ?? 50);
  const outcome = await forceFailures(times);
  console.log(JSON.stringify(outcome));
  const { forced, shown, resumed, finished } = outcome;
  if (forced !== times || shown !== times || resumed !== times || !finished) process.exitCode = 1;
}
