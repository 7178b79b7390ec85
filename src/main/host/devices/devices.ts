import type { ApiHandlers } from '../../../shared/api/index.ts';
import { deviceNames, type DeviceName, type DeviceState } from '../../../shared/devices.ts';
import { askGauge, type GaugeAnswer, type GaugeRequest } from '../../protocol/gauge.ts';
import type { EngineProcess, LaunchEngine } from '../types.ts';

export interface HostDevices {
  readonly handlers: Pick<ApiHandlers, 'devices'>;
  /** Tries a device, for the engine process that trains. */
  readonly try: (request: GaugeRequest) => Promise<GaugeAnswer>;
  /** Ends what is being tried. */
  readonly dispose: () => void;
}

/** Longest time that a device may take to load, in milliseconds: TensorFlow on a slow disk takes some. */
const PATIENCE = 30_000;

export function createDevices({
  launch,
  log,
}: {
  readonly launch: LaunchEngine;
  readonly log: (line: string) => void;
}): HostDevices {
  const running = new Set<EngineProcess>();
  /** Drivers do not change while the program runs. */
  const found = new Map<DeviceName, DeviceState>();
  let looking: Promise<unknown> = Promise.resolve();

  async function attempt(request: GaugeRequest): Promise<GaugeAnswer> {
    const process = launch('gauge');
    running.add(process);
    try {
      return await askGauge({ port: process.port, kill: () => process.kill() }, request, (line) =>
        log(`gauge: ${line}`),
      );
    } finally {
      running.delete(process);
    }
  }

  async function look(device: DeviceName): Promise<DeviceState> {
    const known = found.get(device);
    if (known) return known;
    const answer = await attempt({
      device,
      threads: 0,
      precision: 'auto',
      shape: null,
      milliseconds: PATIENCE,
    });
    const state: DeviceState =
      answer.kind === 'here'
        ? { device, kind: 'here', description: answer.description }
        : { device, kind: 'missing', sentence: sentenceOf(answer.why) };
    // What failed may do better the next time.
    if (answer.kind !== 'failed') found.set(device, state);
    return state;
  }

  /** One after the other: each may take much memory. */
  async function lookAtAll(): Promise<readonly DeviceState[]> {
    const states: DeviceState[] = [];
    for (const device of deviceNames) states.push(await look(device));
    return states;
  }

  return {
    handlers: {
      devices() {
        const looked = looking.then(lookAtAll);
        looking = looked.catch(() => undefined);
        return looked;
      },
    },
    try: attempt,
    dispose() {
      for (const process of running) process.kill();
    },
  };
}

const sentenceOf = (clause: string): string =>
  `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
