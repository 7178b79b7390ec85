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

/** What a writer chose; the rest comes from the preset. */
export interface Choices {
  readonly preset: 'auto' | PresetName;
  readonly units: UnitsKind | null;
  readonly cell: CellKind;
  readonly overrides: {
    readonly text: Partial<TextConfig>;
    readonly units: Partial<Omit<UnitsConfig, 'kind'>>;
    readonly network: Partial<Omit<NetworkConfig, 'vocabulary' | 'cell'>>;
    readonly training: Partial<TrainingConfig>;
  };
}

/**
 * The whole configuration for a corpus of about `characters` characters. The network's vocabulary is
 * not known yet and stands at 2.
 *
 * @throws UserError `config.invalid`
 */
export function planVoice(choices: Choices, characters: number): VoiceConfig {
  const name = choices.preset === 'auto' ? presetFor(characters) : choices.preset;
  const preset = presets[name];
  const { overrides } = choices;
  const network: NetworkConfig = {
    ...preset.network,
    cell: choices.cell,
    vocabulary: 2,
    ...overrides.network,
  };
  // Tied output weights ask for a projection wherever the sizes differ.
  const tied =
    network.tied && outputSize(network) !== network.embedding
      ? { ...network, projection: network.embedding }
      : network;
  const config = {
    text: { ...defaultText, ...overrides.text },
    units: { ...defaultUnits[choices.units ?? preset.units], ...overrides.units },
    network: tied,
    training: { ...preset.training, ...overrides.training },
  };
  const checked = v.safeParse(configSchema, config);
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new UserError(
      'config.invalid',
      `${v.getDotPath(issue) ?? 'A setting'} is out of bounds: ${issue.message}.`,
    );
  }
  return config;
}
