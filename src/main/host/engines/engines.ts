import type { EngineStatus } from '../../../shared/api/index.ts';
import {
  samplerApi,
  trainerApi,
  type GpuUse,
  type SamplerApi,
  type TrainerApi,
} from '../../protocol/engine.ts';
import type { HostDevices } from '../devices/index.ts';
import type { LaunchEngine } from '../types.ts';
import { Supervisor, type EngineClient } from './supervisor.ts';
import type { Timing } from './watch.ts';

export interface EnginesOptions {
  readonly launch: LaunchEngine;
  /** The writer's setting, read at each start; 0: all. */
  readonly threads: () => number;
  /** Tries a device for the process that trains: it can start none itself. */
  readonly devices: Pick<HostDevices, 'try'>;
  readonly changed: (status: EngineStatus) => void;
  /** One line for the log file. */
  readonly log: (line: string) => void;
  /** Only tests are in a hurry. */
  readonly timing?: Partial<Timing>;
}

/** The two engine processes. Each starts when it is first asked for something. */
export interface Engines {
  readonly trainer: EngineClient<TrainerApi>;
  readonly sampler: EngineClient<SamplerApi>;
  status(): EngineStatus;
  /** That the trainer is on, or was when it ended, until the next one greets; null: none. */
  gpu(): GpuUse | null;
  /** Ends both; whatever they were asked ends with `engine.gone`. */
  dispose(): void;
}

export function createEngines({
  launch,
  threads,
  devices,
  changed,
  log,
  timing = {},
}: EnginesOptions): Engines {
  const status = (): EngineStatus => ({ trainer: trainer.state(), sampler: sampler.state() });
  let gpu: GpuUse | null = null;
  const common = { launch, threads, log, changed: () => changed(status()) };
  const trainer = new Supervisor('trainer', trainerApi, {
    ...common,
    // A step, an evaluation's window or the learning of subwords may take seconds.
    timing: { pingEvery: 400, tellAfter: 1200, hangLimit: 60_000, ...timing },
    launched(client) {
      client.on.uses((used) => (gpu = used));
      client.on.gauge(({ id, request }) => {
        devices.try(request).then(
          (answer) => client.call.gauged({ id, answer }),
          (error: unknown) => {
            log(`trainer: a device could not be tried: ${String(error)}`);
            const why = 'the process that tries it cannot be started';
            return client.call.gauged({ id, answer: { kind: 'failed', why } });
          },
        );
      });
    },
  });
  const sampler = new Supervisor('sampler', samplerApi, {
    ...common,
    timing: { pingEvery: 400, tellAfter: 1200, hangLimit: 10_000, ...timing },
  });
  return {
    trainer,
    sampler,
    status,
    gpu: () => gpu,
    dispose() {
      trainer.dispose();
      sampler.dispose();
    },
  };
}
