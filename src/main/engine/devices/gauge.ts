import { loadDevice } from '../../backends/choose.ts';
import type { Devices } from '../../backends/devices/index.ts';
import { createNetwork, disposeState, initialWeights, zeroState } from '../../lm/nn/network.ts';
import { AdamW } from '../../lm/nn/optimiser.ts';
import { trainStep } from '../../lm/nn/step.ts';
import { createRandom } from '../../lm/random.ts';
import { createBatch } from '../../lm/text/index.ts';
import type { GaugeAnswer, GaugeRequest, StepShape } from '../../protocol/gauge.ts';
import { isUserError } from '../../../shared/errors.ts';

/** At least so many steps are made, and so many milliseconds spent after the first, which compiles. */
const STEPS = 3;
const SPENT = 500;
/** Share of the time in which the last step should end. */
const SHARE = 0.85;

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

/**
 * Seconds of one step, the fastest of the later half: nothing but being fast makes one fast. At least one
 * step is made, and then none that would not end before `until` if it took as long as the last.
 */
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
  let milliseconds: number;
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
    milliseconds = now() - began;
    if (times.length > 0) spent += milliseconds;
    times.push(milliseconds);
  } while ((times.length < STEPS || spent < SPENT) && now() + milliseconds < until);
  disposeState(state);
  optimiser.dispose();
  network.dispose();
  return Math.max(1e-6, Math.min(...times.slice(times.length >> 1)) / 1000);
}
