import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { NetworkConfig } from '../../shared/config.ts';
import { UserError } from '../../shared/errors.ts';
import type { Backend } from '../backends/backend.ts';
import {
  createNetwork,
  disposeState,
  initialWeights,
  zeroState,
  type Network,
} from '../lm/nn/network.ts';
import { AdamW } from '../lm/nn/optimiser.ts';
import { evaluateStep, trainStep } from '../lm/nn/step.ts';
import { parameterCount } from '../lm/nn/weights.ts';
import { createRandom } from '../lm/random.ts';
import { Columns } from '../lm/text/index.ts';
import { forgetSome } from '../lm/training/index.ts';
import type { BenchOptions } from './bench.ts';
import { figure } from './format.ts';
import type { Output } from './output.ts';

export interface Quality {
  /** Seconds of training so far, held-back nats per character; one pair an epoch. */
  readonly curve: readonly (readonly [number, number])[];
  readonly best: number;
  readonly parameters: number;
}

export interface Recipe {
  /** null: as large as the alphabet. */
  readonly embedding: number | null;
  readonly hidden: number;
  readonly dropout: number;
  readonly batch: number;
  readonly window: number;
  readonly rate: number;
  readonly weightDecay: number;
  /** Warm-up over 50 steps, cosine to 5 %; else the rate stays. */
  readonly cosine: boolean;
}

/** The recipes of the peers; where char-rnn has RMSprop, this has AdamW without decay. */
const recipes: Readonly<Record<BenchOptions['recipe'], Recipe>> = {
  'recipe-c': {
    embedding: 64,
    hidden: 256,
    dropout: 0.15,
    batch: 32,
    window: 50,
    rate: 3e-3,
    weightDecay: 0.05,
    cosine: true,
  },
  'char-rnn': {
    embedding: null,
    hidden: 128,
    dropout: 0,
    batch: 50,
    window: 50,
    rate: 2e-3,
    weightDecay: 0,
    cosine: false,
  },
};

/** Boundary and unknown come first in every vocabulary. */
const SPECIALS = 2;
const TRAINED = 0.9;
const EVALUATION_WINDOW = 256;

/** Characters as numbers in the order of their codes, after the specials. */
function encode(text: string): { ids: Int32Array; vocabulary: number } {
  const characters = Array.from(text);
  const alphabet = [...new Set(characters)].sort();
  const index = new Map(alphabet.map((character, i) => [character, i + SPECIALS]));
  const ids = Int32Array.from(characters, (character) => index.get(character) ?? 0);
  return { ids, vocabulary: alphabet.length + SPECIALS };
}

/** Mean nats per character in one pass, the state carried from the first character to the last. */
async function evaluate(network: Network, ids: Int32Array): Promise<number> {
  const columns = new Columns(ids, 1, EVALUATION_WINDOW);
  const batch = columns.createBatch();
  let state = zeroState(network.config, 1);
  let total = 0;
  for (let k = 0; k < columns.windows; k++) {
    columns.fill(k, batch);
    const result = await evaluateStep(network, batch, state);
    state = result.state;
    total += result.nats;
  }
  disposeState(state);
  return total / columns.windows;
}

/** A text and what a recipe makes of it. */
export interface QualityPlan {
  readonly recipe: Recipe;
  readonly ids: Int32Array;
  /** Tokens that are learnt; the rest is held back. */
  readonly cut: number;
  readonly config: NetworkConfig;
}

/** Throws UserError where the text is missing or too short. */
export async function planQuality(options: BenchOptions): Promise<QualityPlan> {
  const path = options.text ?? '';
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError('text.missing', `${path} cannot be read; name a UTF-8 text file.`, {
      cause: error,
    });
  });
  const { ids, vocabulary } = encode(text);
  const recipe = recipes[options.recipe];
  const cut = Math.floor(TRAINED * ids.length);
  if (cut < recipe.batch * recipe.window * 8) {
    throw new UserError(
      'text.too-short',
      `${path} has ${ids.length} characters; this measurement needs ${Math.ceil((recipe.batch * recipe.window * 8) / TRAINED)}.`,
    );
  }
  const config: NetworkConfig = {
    cell: 'lstm',
    vocabulary,
    embedding: recipe.embedding ?? vocabulary,
    layers: [recipe.hidden, recipe.hidden],
    projection: 0,
    tied: false,
  };
  return { recipe, ids, cut, config };
}

/** Trains a recipe on the first 90 % of a text and tells the held-back loss after each epoch. */
export async function measureQuality(
  backend: Backend,
  { recipe, ids, cut, config }: QualityPlan,
  options: BenchOptions,
  output: Output,
): Promise<Quality> {
  await backend.activate();
  const network = createNetwork(config, initialWeights(config, createRandom(options.seed)));
  const optimiser = new AdamW(network, {
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
    weightDecay: recipe.weightDecay,
  });
  const columns = new Columns(ids.subarray(0, cut), recipe.batch, recipe.window);
  const batch = columns.createBatch();
  const steps = columns.windows * options.epochs;
  const curve: [number, number][] = [];
  let seconds = 0;
  for (let epoch = 0, step = 0; epoch < options.epochs && seconds <= options.seconds; epoch++) {
    let state = zeroState(config, columns.batch);
    const start = performance.now();
    for (let k = 0; k < columns.windows; k++, step++) {
      columns.fill(k, batch);
      forgetSome(batch, options.seed, step);
      const cosine = 0.05 + (0.95 * (1 + Math.cos((Math.PI * step) / steps))) / 2;
      const { dropout } = recipe;
      ({ state } = await trainStep(network, optimiser, batch, state, {
        rate: recipe.rate * (recipe.cosine ? Math.min(1, (step + 1) / 50) * cosine : 1),
        clip: 1,
        dropout: {
          in: dropout,
          between: dropout,
          out: dropout,
          weightDrop: 0,
          seed: (Math.imul(options.seed, 0x85ebca6b) + step) | 0,
        },
      }));
    }
    seconds += (performance.now() - start) / 1000;
    disposeState(state);
    const loss = await evaluate(network, ids.subarray(cut));
    curve.push([Math.round(seconds * 10) / 10, Math.round(loss * 1e4) / 1e4]);
    output.note(`epoch ${epoch + 1}: ${figure(seconds, 1)} s, ${figure(loss)} nats/character\n`);
  }
  optimiser.dispose();
  network.dispose();
  return {
    curve,
    best: Math.min(...curve.map(([, loss]) => loss)),
    parameters: parameterCount(config),
  };
}
