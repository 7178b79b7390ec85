import * as v from 'valibot';
import {
  defaultText,
  defaultUnits,
  presetFor,
  presets,
  type CellKind,
  type NetworkConfig,
  type PresetName,
  type TextConfig,
  type TrainingConfig,
  type UnitsConfig,
  type UnitsKind,
  type VoiceConfig,
} from '../../../shared/config.ts';
import { UserError } from '../../../shared/errors.ts';
import { outputSize } from '../nn/weights.ts';
import { configSchema } from '../voice/card.ts';

/** What was chosen by hand; the preset decides the rest. */
export interface Overrides {
  readonly text: Partial<TextConfig>;
  readonly units: Partial<Omit<UnitsConfig, 'kind'>>;
  readonly network: Partial<Omit<NetworkConfig, 'vocabulary' | 'cell'>>;
  readonly training: Partial<TrainingConfig>;
}

export interface Choices {
  readonly preset: PresetName | 'auto';
  /** null: as the preset says. */
  readonly units: UnitsKind | null;
  readonly cell: CellKind;
  readonly overrides: Overrides;
}

/** What must be known before the text is cut into units. */
export interface TextPlan {
  readonly preset: PresetName;
  readonly text: TextConfig;
  readonly units: UnitsConfig;
}

/** @param characters of all files, before cleaning */
export function planText(choices: Choices, characters: number): TextPlan {
  const preset = choices.preset === 'auto' ? presetFor(characters) : choices.preset;
  const { overrides } = choices;
  return {
    preset,
    text: { ...defaultText, ...overrides.text },
    units: { ...defaultUnits[choices.units ?? presets[preset].units], ...overrides.units },
  };
}

/** Fewest steps of an epoch: with less, a small text would hardly be learnt in all its epochs. */
const STEPS = 20;
const SHORTEST_WINDOW = 32;
const FEWEST_COLUMNS = 4;

/** Columns and windows for a text of `tokens`: narrower first, then shorter, until an epoch has 20 steps. */
function shrink(tokens: number, batch: number, window: number): { batch: number; window: number } {
  const wanted = tokens / STEPS;
  const columns = Math.max(
    Math.min(batch, FEWEST_COLUMNS),
    Math.min(batch, Math.floor(wanted / window)),
  );
  const depth = Math.max(
    Math.min(window, SHORTEST_WINDOW),
    Math.min(window, Math.floor(wanted / columns)),
  );
  return { batch: columns, window: depth };
}

/** Words and subwords need room for meaning: a wide embedding, shared with the output. */
function networkFor(
  preset: PresetName,
  units: UnitsKind,
  overrides: Overrides['network'],
): Omit<NetworkConfig, 'vocabulary' | 'cell'> {
  const base = presets[preset].network;
  const wide =
    units === 'char' ? base : { ...base, embedding: Math.max(256, base.embedding), tied: true };
  const network = { ...wide, ...overrides };
  const top = network.projection || network.layers.at(-1);
  // Tied weights need the sizes to meet: a projection does that unless one was asked for.
  return network.tied && top !== network.embedding && overrides.projection === undefined
    ? { ...network, projection: network.embedding }
    : network;
}

/**
 * The whole config of a voice: the preset, fitted to the size of the text, then what was chosen by hand.
 *
 * @param size V, and the tokens to train on
 * @throws UserError `config.invalid` naming the first value out of its bounds
 */
export function planVoice(
  choices: Choices,
  plan: TextPlan,
  size: { vocabulary: number; tokens: number },
): VoiceConfig {
  const { overrides } = choices;
  const preset = presets[plan.preset].training;
  const fitted = shrink(size.tokens, preset.batch, preset.window);
  const training = { ...preset, ...fitted, ...overrides.training };
  const steps = (training.epochs * size.tokens) / Math.max(1, training.batch * training.window);
  const config: VoiceConfig = {
    text: plan.text,
    units: plan.units,
    network: {
      ...networkFor(plan.preset, plan.units.kind, overrides.network),
      cell: choices.cell,
      vocabulary: size.vocabulary,
    },
    // Warming up is at most a tenth of a short run.
    training: {
      ...training,
      warmup: overrides.training.warmup ?? Math.min(preset.warmup, Math.floor(steps / 10)),
    },
  };
  return checkConfig(config);
}

/** Throws UserError `config.invalid` naming the first value out of its bounds. */
export function checkConfig(config: VoiceConfig): VoiceConfig {
  const { network, training } = config;
  if (network.tied && outputSize(network) !== network.embedding) {
    throw new UserError(
      'config.invalid',
      `Tied output weights need the size before the output (${outputSize(network)}) to equal the embedding ` +
        `(${network.embedding}); set the projection to ${network.embedding}, or do not tie them.`,
    );
  }
  if (training.minutes !== null && training.minutes <= 0) {
    throw new UserError('config.invalid', `minutes is ${training.minutes}; give a number above 0.`);
  }
  const parsed = v.safeParse(configSchema, config);
  if (parsed.success) return config;
  const [issue] = parsed.issues;
  throw new UserError(
    'config.invalid',
    `${v.getDotPath(issue) ?? 'The configuration'} is out of its bounds (${issue.message.slice(0, 100)}); choose another value.`,
  );
}
