import type { TrainingEstimate } from '../../shared/api/index.ts';
import { chooseBackend } from '../backends/choose.ts';
import { createNetwork, initialWeights } from '../lm/nn/network.ts';
import { parameterCount } from '../lm/nn/weights.ts';
import { createRandom } from '../lm/random.ts';
import { measure, type Choices } from '../lm/training/index.ts';
import { findSources } from './sources.ts';
import { computer, type System } from './system.ts';
import { memoryFor, readFirst } from './train-voice.ts';

/**
 * How long a training would take here: builds the network and times some steps of it, which takes two
 * seconds or so beside the reading. Writes nothing.
 *
 * @throws UserError as training would
 */
export async function estimateTraining(
  request: Choices & { readonly files: readonly string[]; readonly threads?: number | undefined },
  system: System = computer,
): Promise<TrainingEstimate> {
  const files = await findSources(request.files, null);
  const { corpus, config } = await readFirst(request, files, null, system);
  const memoryBytes = memoryFor(config, corpus, system);
  const backend = await chooseBackend({ threads: request.threads, precision: 'auto' });
  await backend.activate();
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
      backend: backend.description,
    };
  } finally {
    network.dispose();
  }
}
