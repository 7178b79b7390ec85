import type { VoiceConfig } from '../../../shared/config.ts';
import { Columns, type Corpus } from '../../lm/text/index.ts';
import type { StepShape } from '../../protocol/gauge.ts';

/** The shape of a training's steps, and how many characters of its text each of them reads. */
export function stepShapeOf(
  { network, training }: VoiceConfig,
  { train }: Pick<Corpus, 'train'>,
): { readonly shape: StepShape; readonly charactersPerStep: number } {
  // Short texts have fewer columns, or shorter windows, than was asked for.
  const { batch, window } = new Columns(train.ids, training.batch, training.window);
  const { dropoutIn, dropoutBetween, dropoutOut, weightDrop } = training;
  const { cell, vocabulary, embedding, layers, projection, tied } = network;
  return {
    shape: {
      network: { cell, vocabulary, embedding, layers, projection, tied },
      ...{ batch, window, dropoutIn, dropoutBetween, dropoutOut, weightDrop },
    },
    charactersPerStep: (batch * window * train.characters) / train.ids.length,
  };
}
