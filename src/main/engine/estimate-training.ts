import type { TrainingEstimate } from '../../shared/api/index.ts';
import type { DeviceChoice } from '../../shared/devices.ts';
import { createNetwork, initialWeights } from '../lm/nn/network.ts';
import { parameterCount } from '../lm/nn/weights.ts';
import { createRandom } from '../lm/random.ts';
import { measure, type Choices } from '../lm/training/index.ts';
import { equipmentHere, onDevice, speedsOf, stepShapeOf, type Equipment } from './devices/index.ts';
import { findSources } from './sources.ts';
import { computer, type System } from './system.ts';
import { memoryFor, readFirst } from './train-voice.ts';

/**
 * How long a training would take here: compares the devices, builds the network and times some steps of it on
 * the fastest, or the one that is asked for, which takes two seconds or so beside the reading. Writes no voice.
 *
 * @throws UserError as training would
 */
export async function estimateTraining(
  request: Choices & {
    readonly files: readonly string[];
    readonly device?: DeviceChoice | undefined;
    readonly threads?: number | undefined;
  },
  system: System = computer,
  equipment: Equipment = equipmentHere(null, null),
): Promise<TrainingEstimate> {
  const files = await findSources(request.files, null);
  const { corpus, config } = await readFirst(request, files, null, system);
  const memoryBytes = memoryFor(config, corpus, system);
  const { shape, charactersPerStep } = stepShapeOf(config, corpus);
  const { device = 'auto', threads } = request;
  return onDevice(
    equipment,
    { device, threads, precision: 'auto', shape },
    // The figures say which device it is; the training tells the rest.
    { tell: () => undefined, signal: new AbortController().signal },
    async ({ device, backend, readings }) => {
      const random = createRandom(config.training.seed);
      const network = createNetwork(config.network, initialWeights(config.network, random));
      try {
        const { seconds, charactersPerSecond } = await measure(
          network,
          corpus,
          config.training,
          system.now,
        );
        return {
          config,
          parameters: parameterCount(config.network),
          seconds,
          charactersPerSecond,
          memoryBytes,
          device,
          backend: backend.description,
          speeds: speedsOf(readings, charactersPerStep),
        };
      } finally {
        network.dispose();
      }
    },
  );
}
