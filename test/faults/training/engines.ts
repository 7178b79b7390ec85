/**
 * Kills, starves and stops engines while a voice is trained and a suggestion is asked for:
 * `node test/faults/training/engines.ts [times]`. Prints one JSON line. What stands for the editor is this process:
 * it must live, hear of each failure, and have its loop free all the time.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngines } from '../../../src/main/host/engines/index.ts';
import { createTraining } from '../../../src/main/host/training/index.ts';
import {
  defaultChoices,
  type EngineState,
  type TrainingState,
} from '../../../src/shared/api/index.ts';
import { launcher, until } from '../../helpers/engines.ts';
import { prose } from '../../helpers/understudy.ts';
import { dice } from '../../helpers/voices.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export interface Outcome {
  readonly forced: number;
  /** Failures that the state told, and that training went on after. */
  readonly shown: number;
  readonly resumed: number;
  /** Milliseconds from the failure to the state that tells of it; for hangs, after the limit. */
  readonly slowestToShow: number;
  /** Longest time the editor's loop was not free, in milliseconds. */
  readonly longestBlock: number;
  readonly finished: boolean;
}

const PING = 100;
/** Long, or on a busy computer an engine that only starts slowly would be a failure that nobody forced. */
const HANG = 5000;
/** Longest wait for what a busy computer may take its time over, in milliseconds. */
const PATIENCE = 60_000;
/** The program of util-linux that takes memory away from a process that runs; null where there is none. */
const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path)) ?? null;
const signals = { kill: 'SIGKILL', abort: 'SIGABRT', stop: 'SIGSTOP' } as const;
const ways = ['kill', 'abort', 'stop', ...(prlimit ? (['memory'] as const) : [])] as const;

/** Makes a process fail: with `memory` it gets no more than it has, and ends when it asks for more. */
function force(way: (typeof ways)[number], pid: number): void {
  if (way === 'memory') execFileSync(prlimit!, ['--pid', String(pid), '--as=1']);
  else process.kill(pid, signals[way]);
}

/** Forces `times` failures, in series of three: a fourth within ten minutes would end the restarts. */
export async function forceFailures(times: number, seed = 1): Promise<Outcome> {
  const root = mkdtempSync(join(tmpdir(), 'understudy-faults-'));
  const roll = dice(seed);
  const block = monitorEventLoopDelay({ resolution: 5 });
  let [shown, resumed, slowestToShow, forced] = [0, 0, 0, 0];
  let finished = true;
  mkdirSync(join(root, 'voices'));
  writeFileSync(join(root, 'a.md'), prose(12));
  block.enable();
  try {
    for (let series = 0; forced < times; series++) {
      const { launch, devices, newest } = launcher();
      let trainer: EngineState = { kind: 'starting' };
      let state: TrainingState | null = null;
      const engines = createEngines({
        launch,
        devices,
        threads: () => 1,
        changed: (status) => (trainer = status.trainer),
        log: () => undefined,
        timing: { pingEvery: PING, hangLimit: HANG },
      });
      const training = createTraining({
        engines,
        voicePath: (name) => join(root, 'voices', `${name}.voice`),
        resolve: () => Promise.resolve([join(root, 'a.md')]),
        device: () => 'auto',
        readings: join(root, 'devices.json'),
        memoryLimit: () => 0,
        changed: (next) => (state = next),
        voiceChanged: () => undefined,
        log: () => undefined,
      });
      const now = (): TrainingState => state!;
      const seen = async (what: string, holds: () => boolean): Promise<void> => {
        await until(holds, PATIENCE).catch((cause: unknown) => {
          const { status, progress, notices } = now();
          const state = JSON.stringify([trainer, status, progress?.step, notices]);
          throw new Error(`Not seen: ${what}: ${state}`, { cause });
        });
      };
      const running = (): boolean =>
        trainer.kind === 'ready' && now().status.kind === 'running' && now().progress !== null;
      await training.handlers.startTraining({
        name: `Voice ${series}`,
        sources: [{ kind: 'sample' }],
        choices: {
          ...defaultChoices,
          overrides: {
            ...defaultChoices.overrides,
            network: { embedding: 8, layers: [16] },
            training: { batch: 4, window: 16, epochs: 100_000, patience: 0 },
          },
        },
      });
      for (let i = 0; i < 3 && forced < times; i++) {
        const notices = now().notices.length;
        const progress = now().progress;
        await seen('a training that runs', () => running() && now().progress !== progress);
        await new Promise((done) => setTimeout(done, roll(120)));
        const way = ways[roll(ways.length)]!;
        const pid = newest('trainer').pid!;
        forced++;
        force(way, pid);
        // It fails when it next asks for memory, which may take a while.
        if (way === 'memory') await seen('an end without memory', () => !isAlive(pid));
        const began = performance.now();
        await seen(`a failure (${way}) that is told`, () => trainer.kind === 'restarting');
        const took = performance.now() - began - (way === 'stop' ? HANG + PING : 0);
        slowestToShow = Math.max(slowestToShow, took);
        if (took <= 2000) shown++;
        const before = now().progress;
        await seen(
          `a training that went on after a failure (${way})`,
          () => running() && now().progress !== before && now().notices.length > notices,
        );
        resumed++;
      }
      // On a fast computer the last failure comes before the first look at the held-back text.
      await seen('a look at the held-back text', () => now().evaluations.length > 0);
      await training.handlers.stopTraining({});
      await seen('an end', () => now().status.kind === 'done');
      finished &&= now().evaluations.length > 0;
      engines.dispose();
    }
  } finally {
    block.disable();
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
