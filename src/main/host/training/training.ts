import { setTimeout as wait } from 'node:timers/promises';
import type {
  ApiHandlers,
  Source,
  TrainingEstimate,
  TrainingState,
} from '../../../shared/api/index.ts';
import type { DeviceChoice } from '../../../shared/devices.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { removeCheckpoints } from '../../files/checkpoints.ts';
import { assertFree } from '../../files/voice-folder.ts';
import type { Engines } from '../engines/index.ts';
import { checkedName } from '../library/index.ts';
import { Job } from './job.ts';
import { leftGpu } from './left-gpu.ts';
import { loadPlan, type Plan } from './plan-file.ts';
import { beginning } from './state.ts';

export interface TrainingOptions {
  readonly engines: Engines;
  /** The folder of a voice: `<dataFolder>/voices/NAME.voice`. */
  readonly voicePath: (name: string) => string;
  /**
   * Real files and folders of sources, in their order.
   *
   * @throws UserError, such as `text.missing` for a source that is gone
   */
  readonly resolve: (sources: readonly Source[]) => Promise<readonly string[]>;
  /** What the writer wants to train on. */
  readonly device: () => DeviceChoice;
  /** File in which readings of the devices are kept. */
  readonly readings: string;
  /** Most memory in bytes, 0 for no limit. */
  readonly memoryLimit: () => number;
  readonly changed: (state: TrainingState | null) => void;
  /** The voice on disk is another now: improved, or trained to its end. */
  readonly voiceChanged: (name: string) => void;
  readonly log: (line: string) => void;
}

/** The one training there is at a time, with its calls of the Api. */
export interface Training {
  readonly handlers: Pick<
    ApiHandlers,
    | 'inspectSources'
    | 'estimateTraining'
    | 'startTraining'
    | 'pauseTraining'
    | 'stopTraining'
    | 'resumeTraining'
  >;
  /** Running, or the last one that was over; null before the first. */
  state(): TrainingState | null;
  /** A voice that is not being trained has another name now; null: it is gone. */
  renamed(from: string, to: string | null): void;
  /** Pauses what runs: it can be resumed after the next start. Waits a few seconds at most. */
  dispose(): Promise<void>;
}

/** Longest time that the end of the program waits for a step and a save, in milliseconds. */
const FAREWELL = 8000;

export function createTraining(options: TrainingOptions): Training {
  const { engines, voicePath, resolve } = options;
  let state: TrainingState | null = null;
  let job: Job | null = null;
  /** Of the training that is about to begin or runs: two at the same moment are one too many. */
  let busy: string | null = null;
  /** Until the training that is asked for runs, or cannot. */
  let preparing: Promise<unknown> = Promise.resolve();

  const update = (change: (state: TrainingState) => TrainingState): void => {
    if (state) options.changed((state = change(state)));
  };

  /** Makes it the one training. */
  function begin(...wanted: Parameters<typeof prepared>): Promise<null> {
    const begun = prepared(...wanted);
    preparing = Promise.allSettled([preparing, begun]);
    return begun;
  }

  async function prepared(
    name: string,
    resume: boolean,
    prepare: (out: string) => Promise<Plan>,
  ): Promise<null> {
    refuseWhile(busy);
    busy = name;
    try {
      const out = voicePath(name);
      const plan = await prepare(out);
      const files = await resolve(plan.sources);
      const known = resume && state?.voice === name ? state : beginning(name);
      state = { ...known, status: { kind: 'running', stage: 'reading' } };
      options.changed(state);
      const started = new Job(options, { name, out, plan, files, resume }, update);
      job = started;
      void started.over.then(() => {
        job = null;
        busy = null;
        // The corpus and the network are large, and the next training may be far off.
        engines.trainer.rest();
      });
      return null;
    } catch (error) {
      busy = null;
      throw error;
    }
  }

  /** GPUs that took an estimate's process along: each figure that is changed asks for another estimate. */
  const left = new Set<DeviceChoice>();

  const request = async ({ sources, choices }: Plan) => ({
    files: [...(await resolve(sources))],
    choices,
  });

  return {
    state: () => state,
    handlers: {
      inspectSources: async (plan) => engines.trainer.call('inspect', await request(plan)),
      async estimateTraining(plan) {
        const asked = await request(plan);
        const estimate = (device: DeviceChoice): Promise<TrainingEstimate> => {
          // Beside a training it would tell of half a computer.
          refuseWhile(busy);
          return engines.trainer.call('estimate', { ...asked, device, readings: options.readings });
        };
        const device = options.device();
        try {
          return await estimate(left.has(device) ? 'cpu' : device);
        } catch (error) {
          if (!isUserError(error) || error.code !== 'engine.gone') throw error;
          const gpu = await leftGpu(options);
          if (gpu === null) throw error;
          left.add(gpu);
          return await estimate('cpu');
        }
      },
      startTraining: async ({ name, ...plan }) =>
        begin(checkedName(name), false, async (out) => {
          await assertNew(name, out);
          return plan;
        }),
      resumeTraining: ({ voice }) => begin(voice, true, (out) => loadPlan(out, voice)),
      async pauseTraining() {
        await preparing;
        job?.end('pause');
        return null;
      },
      async stopTraining() {
        await preparing;
        if (job) job.end('stop');
        else if (state?.status.kind === 'paused') {
          const { voice } = state;
          await removeCheckpoints(voicePath(voice));
          update((state) => ({ ...state, status: { kind: 'done', ending: 'stopped' } }));
          options.voiceChanged(voice);
        }
        return null;
      },
    },
    renamed(from, to) {
      if (state?.voice !== from) return;
      state = to === null ? null : { ...state, voice: to };
      options.changed(state);
    },
    async dispose() {
      await preparing;
      if (!job) return;
      job.end('pause');
      const abort = new AbortController();
      await Promise.race([job.over, wait(FAREWELL, null, { signal: abort.signal })]);
      abort.abort();
    },
  };
}

function refuseWhile(busy: string | null): void {
  if (busy === null) return;
  throw new UserError(
    'training.busy',
    `${busy} is being trained; pause or stop it, or wait until it is done.`,
  );
}

/** Throws UserError `voice.exists` for a name that is taken. */
async function assertNew(name: string, out: string): Promise<void> {
  try {
    await assertFree(out, false);
  } catch (error) {
    if (!isUserError(error) || error.code !== 'voice.exists') throw error;
    throw new UserError(
      'voice.exists',
      `There is a voice named ${name} already; choose another name.`,
      {
        cause: error,
      },
    );
  }
}
