import { setTimeout as wait } from 'node:timers/promises';
import type { TrainingState } from '../../../shared/api/index.ts';
import type { DeviceChoice } from '../../../shared/devices.ts';
import { isUserError } from '../../../shared/errors.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { failure } from '../../../shared/result.ts';
import { removeCheckpoints } from '../../files/checkpoints.ts';
import type { TrainEnd } from '../../protocol/engine.ts';
import { leftGpu } from './left-gpu.ts';
import { hasCheckpoint, savePlan, type Plan } from './plan-file.ts';
import { after, noticed } from './state.ts';
import type { TrainingOptions } from './training.ts';

type Status = TrainingState['status'];

/** One training: what it is of, and where it goes. */
export interface Work {
  readonly name: string;
  /** Folder of the voice. */
  readonly out: string;
  readonly plan: Plan;
  readonly files: readonly string[];
  readonly resume: boolean;
}

/** From an engine's end to the next try, in milliseconds: its exit is told a moment later. */
const BREATH = 100;

/** A training that runs: from its start, through crashes of the engine, to its end. */
export class Job {
  readonly over: Promise<void>;
  readonly #options: TrainingOptions;
  readonly #work: Work;
  readonly #update: (change: (state: TrainingState) => TrainingState) => void;
  readonly #abort = new AbortController();
  #device: DeviceChoice;
  #intent: 'pause' | 'stop' = 'pause';
  /** The plan lies beside the checkpoints. */
  #planned: boolean;
  /** The engine writes the voice. */
  #saving = false;

  constructor(
    options: TrainingOptions,
    work: Work,
    update: (change: (state: TrainingState) => TrainingState) => void,
  ) {
    this.#options = options;
    this.#work = work;
    this.#update = update;
    this.#planned = work.resume;
    this.#device = options.device();
    this.over = this.#run();
  }

  /** Finishes the step and saves; `stop` then removes what could be resumed. */
  end(intent: 'pause' | 'stop'): void {
    this.#intent = intent;
    this.#abort.abort();
    this.#become({ kind: 'stopping' });
  }

  #become(status: Status): void {
    this.#update((state) => ({ ...state, status }));
  }

  async #run(): Promise<void> {
    let status: Status;
    try {
      status = await this.#ended(await this.#untilItEnds());
    } catch (error) {
      status = { kind: 'failed', sentence: this.#sentence(error) };
    }
    this.#become(status);
    this.#options.voiceChanged(this.#work.name);
  }

  /** Through crashes: each time it goes on from the last checkpoint. Null when it was to end anyway. */
  async #untilItEnds(): Promise<TrainEnd | null> {
    const { out } = this.#work;
    let { resume } = this.#work;
    for (;;) {
      try {
        return await this.#once(resume);
      } catch (error) {
        if (!isUserError(error) || error.code !== 'engine.gone') throw error;
        // A driver that hangs or crashes would do so again.
        const leaves = (await leftGpu(this.#options)) !== null;
        if (leaves) this.#device = 'cpu';
        if (this.#abort.signal.aborted) return null;
        this.#become({ kind: 'restarting' });
        await wait(BREATH);
        if (this.#abort.signal.aborted) return null;
        const engine = this.#options.engines.trainer.state();
        if (engine.kind === 'stopped') throw error;
        resume = await hasCheckpoint(out);
        const how = resume
          ? 'The training stopped unexpectedly and went on from its last checkpoint'
          : 'The training stopped unexpectedly before its first checkpoint and began again';
        const where = leaves ? ', on the processor: perhaps the GPU or its driver failed' : '';
        this.#update((state) =>
          noticed({ ...state, status: { kind: 'running', stage: 'reading' } }, `${how}${where}.`),
        );
      }
    }
  }

  async #once(resume: boolean): Promise<TrainEnd> {
    const { engines, memoryLimit, readings } = this.#options;
    const { files, out, plan } = this.#work;
    const request = {
      files: [...files],
      out,
      choices: plan.choices,
      device: this.#device,
      readings,
      resume,
      memoryLimit: memoryLimit(),
    };
    const events = engines.trainer.stream('train', request, {
      signal: this.#abort.signal,
      join: (earlier, later) =>
        earlier.kind === 'progress' && later.kind === 'progress' ? later : null,
    });
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      await this.#hear(value);
    }
  }

  async #hear(event: TrainingEvent): Promise<void> {
    this.#update((state) => after(state, event));
    const saved = this.#saving && !(event.kind === 'stage' && event.stage === 'saving');
    this.#saving = event.kind === 'stage' && event.stage === 'saving';
    if (!saved) return;
    this.#options.voiceChanged(this.#work.name);
    if (!this.#planned) await this.#keepPlan();
  }

  /** Without it training could not go on after a restart of the program: it is tried until it is there. */
  async #keepPlan(): Promise<void> {
    try {
      await savePlan(this.#work.out, this.#work.plan);
      this.#planned = true;
    } catch (error) {
      this.#options.log(`The plan of ${this.#work.name} was not saved: ${String(error)}`);
    }
  }

  async #ended(end: TrainEnd | null): Promise<Status> {
    if (end && end.ending !== 'stopped') return { kind: 'done', ending: end.ending };
    const { out } = this.#work;
    if (this.#intent === 'stop') {
      await removeCheckpoints(out);
      return { kind: 'done', ending: 'stopped' };
    }
    // A training that was paused before its first save has nothing to go on from, and nothing to lose.
    return (await hasCheckpoint(out)) ? { kind: 'paused' } : { kind: 'done', ending: 'stopped' };
  }

  #sentence(error: unknown): string {
    const { name } = this.#work;
    const result = failure(error);
    if (result.ok) throw new TypeError('A failure is no success');
    const { code, sentence } = result.error;
    if (code === 'internal') this.#options.log(`Training ${name}: ${String(error)}`);
    if (code !== 'engine.gone') return sentence;
    return (
      `The training of ${name} stopped several times in a row. What it learnt is kept: resume it later, ` +
      'perhaps with other programs closed.'
    );
  }
}
