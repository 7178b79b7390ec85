/** The boundary to the process that tries one device: a driver that hangs or crashes costs that process only. */
import * as v from 'valibot';
import { deviceNames } from '../../shared/devices.ts';
import { whole } from '../../shared/api/values.ts';
import { isUserError } from '../../shared/errors.ts';
import { networkFields } from '../../shared/network-schema.ts';
import { unwrap } from '../../shared/result.ts';
import { call, createClient, event, type Port } from '../../shared/rpc/index.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(0.95));

/** All of a network and its training that decides how long a step takes. */
export const stepShapeSchema = v.strictObject({
  network: v.strictObject(networkFields),
  /** Columns side by side, and tokens of each in a step. */
  batch: whole(1, 4096),
  window: whole(1, 8192),
  dropoutIn: share,
  dropoutBetween: share,
  dropoutOut: share,
  weightDrop: share,
});
export type StepShape = v.InferOutput<typeof stepShapeSchema>;

export const gaugeRequestSchema = v.strictObject({
  device: v.picklist(deviceNames),
  /** 0: all. */
  threads: whole(0, 1024),
  precision: v.picklist(['auto', 'float32', 'bfloat16']),
  /** Steps of this are timed; null: the device is only loaded. */
  shape: v.nullable(stepShapeSchema),
  /** Longest time for all of it, the start of the process included. */
  milliseconds: whole(1, 600_000),
});
export type GaugeRequest = v.InferOutput<typeof gaugeRequestSchema>;

const clause = v.pipe(v.string(), v.maxLength(10_000));
export const gaugeAnswerSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('here'),
    /** "CPU, AVX-512, 2 threads". */
    description: clause,
    /** Null where nothing was to be timed. */
    stepSeconds: v.nullable(v.pipe(v.number(), v.finite(), v.gtValue(0))),
  }),
  /** Why it cannot be used, in one clause that says what to do. */
  v.strictObject({ kind: v.literal('missing'), why: clause }),
  /** It is there, and did not do what it should: one clause. */
  v.strictObject({ kind: v.literal('failed'), why: clause }),
]);
export type GaugeAnswer = v.InferOutput<typeof gaugeAnswerSchema>;

export const gaugeApi = {
  measure: call<GaugeAnswer>()(gaugeRequestSchema),
  log: event<string>(),
} as const;
export type GaugeApi = typeof gaugeApi;

/** A process that was just started for one device. */
export interface GaugeProcess {
  readonly port: Port;
  /** At once, without a farewell. */
  readonly kill: () => void;
}

/** Asks such a process, and ends it: after its answer, or when its time is over. Never throws. */
export async function askGauge(
  { port, kill }: GaugeProcess,
  request: GaugeRequest,
  log: (line: string) => void,
): Promise<GaugeAnswer> {
  const client = createClient(gaugeApi, port);
  client.on.log(log);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, request.milliseconds);
  try {
    return unwrap(await client.call.measure(request));
  } catch (error) {
    if (!isUserError(error)) throw error;
    const seconds = Math.round(request.milliseconds / 100) / 10;
    if (late) return { kind: 'failed', why: `it did not answer within ${seconds} s` };
    return {
      kind: 'failed',
      why: error.code === 'engine.gone' ? 'the process that tried it ended' : 'trying it failed',
    };
  } finally {
    clearTimeout(timer);
    kill();
  }
}
