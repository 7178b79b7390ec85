import type { VoiceCard } from '../../src/main/lm/voice/card.ts';
import type { LoadedVoice } from '../../src/main/files/voice-folder.ts';
import {
  defaultText,
  defaultUnits,
  presets,
  type NetworkConfig,
  type TextConfig,
  type UnitsKind,
} from '../../src/shared/config.ts';
import { trainUnits } from '../../src/main/lm/text/train-units.ts';
import { FORMAT, KIND } from '../../src/main/lm/voice/card.ts';
import { randomWeights } from './random-network.ts';

/** A voice that has learnt nothing, whose choices depend on all that it has read. */
export function randomVoice(
  text: string,
  kind: UnitsKind,
  {
    layers = [24, 16],
    embedding = 12,
    config = {},
    heldBackNats = null,
  }: {
    layers?: number[];
    embedding?: number;
    config?: Partial<TextConfig>;
    heldBackNats?: number | null;
  } = {},
): Pick<LoadedVoice, 'card' | 'units' | 'weights'> {
  const units = trainUnits([text], {
    ...defaultUnits[kind],
    minimumCount: 1,
    vocabularyLimit: 400,
  });
  const network: NetworkConfig = {
    cell: 'lstm',
    vocabulary: units.size,
    embedding,
    layers,
    projection: 0,
    tied: false,
  };
  const card: VoiceCard = {
    kind: KIND,
    format: FORMAT,
    name: 'Random',
    appVersion: '0.1.0',
    config: {
      text: { ...defaultText, ...config },
      units: units.config,
      network,
      training: presets.small.training,
    },
    units: units.toJSON(),
    trainedOn: [],
    metrics: {
      heldBackNats,
      bitsPerCharacter: heldBackNats,
      temperature: 1,
      steps: 1,
      seconds: 1,
    },
    prompt: text.slice(0, 40),
  };
  const weights = randomWeights(network, 7);
  // Clear preferences: so creativity makes a difference.
  weights.set(
    'out.weight',
    weights.get('out.weight')!.map((weight) => 6 * weight),
  );
  return { card, units, weights };
}
