import { loadDevice } from '../../backends/choose.ts';
import type { Devices } from '../../backends/devices/index.ts';
import { createNetwork, disposeState, initialWeights, zeroState } from '../../lm/nn/network.ts';
import { AdamW } from '../../lm/nn/optimiser.ts';
import { trainStep } from '../../lm/nn/step.ts';
import { createRandom } from '../../lm/random.ts';
import { createBatch } from '../../lm/text/index.ts';
import type { GaugeAnswer, GaugeRequest, StepShape } from '../../protocol/gauge.ts';
import { isUserError } from '../../../shared/errors.ts';

/** At least so many steps and milliseconds are spent, unless the time is over: the first ones compile. */
const STEPS = 6;
const SPENT = 500;
/** Share of the time in which a further step is begun. */
const SHARE = 0.7;

/**
 * Loads a device and times steps of a network on it: real ones, forward, backward and update, on random
 * tokens. Meant for a process of its own: a broken driver may hang or crash here.
 *
 * @param now milliseconds since this process began
 */
export async function gaugeDevice(
  devices: Devices,
  { device, threads, precision, shape, milliseconds }: GaugeRequest,
  now: () => number,
): Promise<GaugeAnswer> {
  const absent = devices[device]?.absent() ?? null;
  if (absent !== null) return { kind: 'missing', why: absent };
  const options = { threads: threads || undefined, precision };
  const backend = await loadDevice(device, options, devices);
  if ('unavailable' in backend) return { kind: 'missing', why: backend.unavailable };
  const { description } = backend;
  if (shape === null) return { kind: 'here', description, stepSeconds: null };
  try {
    await backend.activate();
    const stepSeconds = await timeSteps(shape, now, milliseconds * SHARE);
    return { kind: 'here', description, stepSeconds };
  } catch (error) {
    // A GPU that counts wrong, or is lost or full meanwhile.
    if (!isUserError(error)) throw error;
    return { kind: 'failed', why: error.message.replace(/\.$/, '') };
  }
}

/** Seconds of one step, the median of the later half; at least one step is made, and none begun after `until`. */
async function timeSteps(shape: StepShape, now: () => number, until: number): Promise<number> {
  const { network: config, batch: B, window: T } = shape;
  const random = createRandom(1);
  const network = createNetwork(config, initialWeights(config, random));
  const optimiser = new AdamW(network, { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 });
  const batch = createBatch(T, B);
  const token = (): number => Math.floor(random.next() * config.vocabulary);
  batch.ids.forEach((_, i) => (batch.ids[i] = token()));
  batch.targets.forEach((_, i) => (batch.targets[i] = token()));
  let state = zeroState(config, B);
  const times: number[] = [];
  let spent = 0;
  do {
    const began = now();
    const result = await trainStep(network, optimiser, batch, state, {
      rate: 0,
      clip: 1,
      dropout: {
        in: shape.dropoutIn,
        between: shape.dropoutBetween,
        out: shape.dropoutOut,
        weightDrop: shape.weightDrop,
        seed: times.length,
      },
    });
    state = result.state;
    const milliseconds = now() - began;
    times.push(milliseconds);
    spent += milliseconds;
  } while ((times.length < STEPS || spent < SPENT) && now() < until);
  disposeState(state);
  optimiser.dispose();
  network.dispose();
  const later = times.slice(times.length >> 1).sort((a, b) => a - b);
  return Math.max(1e-6, (later[later.length >> 1] ?? 0) / 1000);
}
