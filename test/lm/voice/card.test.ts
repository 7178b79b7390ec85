import { describe, expect, it } from 'vitest';
import { assertWeights, FORMAT, parseCard } from '../../../src/main/lm/voice/card.ts';
import type { NamedTensor } from '../../../src/main/lm/voice/safetensors.ts';
import { weightSpecs } from '../../../src/main/lm/nn/weights.ts';
import { isUserError } from '../../../src/shared/errors.ts';
import {
  cardOf,
  damage,
  dice,
  FUZZ_RUNS,
  network,
  refuses,
  weightsOf,
} from '../../helpers/voices.ts';

const card = cardOf();
const withNetwork = (change: object): string =>
  JSON.stringify({ ...card, config: { ...card.config, network: { ...network, ...change } } });

describe('A model card', () => {
  it('is read back as it was written', () => {
    const full = {
      ...card,
      lexicon: 'a ab é',
      prompt: 'Once',
      weights: { sha256: '0'.repeat(64), bytes: 12 },
    };
    expect(parseCard(JSON.stringify(full), 'voice.json')).toEqual(full);
  });

  it.each([
    ['', 'voice.damaged', 'not JSON'],
    ['{"kind":', 'voice.damaged', 'not JSON'],
    ['null', 'voice.foreign', 'Understudy'],
    ['[1, 2]', 'voice.foreign', 'Understudy'],
    ['{"name": "another program"}', 'voice.foreign', 'Understudy'],
    [JSON.stringify({ ...card, format: FORMAT + 1 }), 'voice.too-new', 'update'],
    [JSON.stringify({ ...card, format: 0 }), 'voice.damaged', 'format'],
    [JSON.stringify({ ...card, metrics: null }), 'voice.damaged', 'metrics'],
    [JSON.stringify({ ...card, lexicon: ['a'] }), 'voice.damaged', 'lexicon'],
    [JSON.stringify({ ...card, lexicon: 'b a' }), 'voice.damaged', 'lexicon'],
    [withNetwork({ layers: [] }), 'voice.damaged', 'layers'],
    [withNetwork({ layers: [1, 1, 1, 1, 1] }), 'voice.damaged', 'layers'],
    [withNetwork({ layers: [0] }), 'voice.damaged', 'layers'],
    [withNetwork({ embedding: 8193 }), 'voice.damaged', 'embedding'],
    [withNetwork({ vocabulary: 1 }), 'voice.damaged', 'vocabulary'],
    [withNetwork({ vocabulary: 1e6 + 1 }), 'voice.damaged', 'vocabulary'],
    [withNetwork({ cell: 'rnn' }), 'voice.damaged', 'cell'],
    [withNetwork({ projection: 5 }), 'voice.damaged', 'tied'],
    [JSON.stringify(card).replace('1.25', '1e999'), 'voice.damaged', 'heldBackNats'],
    [JSON.stringify({ ...card, weights: { sha256: 'x', bytes: 1 } }), 'voice.damaged', 'SHA-256'],
  ] as const)('is refused by name, case %#', async (json, code, why) => {
    await refuses(() => parseCard(json, 'my.voice/voice.json'), code, 'my.voice/voice.json', why);
  });

  it('answers any damage with a card or an error for the writer', () => {
    const bytes = Buffer.from(JSON.stringify(card));
    const roll = dice(2);
    for (let i = 0; i < FUZZ_RUNS; i++) {
      try {
        parseCard(Buffer.from(damage(bytes, roll)).toString('utf8'), 'voice.json');
      } catch (error) {
        if (!isUserError(error)) throw error;
        expect(error.message).toContain('voice.json');
      }
    }
  });
});

describe('The weights of a card', () => {
  const tensors = (): Map<string, NamedTensor> => {
    const weights = weightsOf(1);
    return new Map(
      weightSpecs(network).map(({ name, shape }) => [name, { shape, data: weights.get(name)! }]),
    );
  };

  it('are the tensors with its names and shapes', () => {
    expect(assertWeights(network, tensors(), 'w')).toEqual(weightsOf(1));
  });

  it('are refused when one is missing', async () => {
    const some = tensors();
    some.delete('rnn.bias_hh_l1');
    await refuses(
      () => assertWeights(network, some, 'w'),
      'voice.damaged',
      'rnn.bias_hh_l1',
      'missing',
    );
  });

  it('are refused when one has another shape', async () => {
    const some = tensors().set('embed.weight', { shape: [3, 7], data: new Float32Array(21) });
    await refuses(() => assertWeights(network, some, 'w'), 'voice.damaged', '[3, 7], not [7, 3]');
  });

  it('are refused when there is one too many', async () => {
    const some = tensors().set('extra', { shape: [0], data: new Float32Array(0) });
    await refuses(() => assertWeights(network, some, 'w'), 'voice.damaged', '"extra"');
  });
});
