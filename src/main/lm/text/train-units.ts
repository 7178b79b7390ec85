import type { UnitsConfig } from '../../../shared/config.ts';
import { BytePairUnits } from './bpe.ts';
import { eachPiece, FIRST_MERGE, trainMerges } from './bpe-train.ts';
import { CharacterCounter, CharacterUnits } from './char.ts';
import type { Units } from './units.ts';
import { UnitCounter, vocabularyOf } from './vocabulary.ts';
import { eachWord, WordUnits } from './word.ts';

/** Counts the units of a corpus, text by text, and then makes the vocabulary. */
export interface UnitsTrainer {
  /**
   * @param training the part that is studied; words and merges come from it alone
   * @param heldBack the rest: only its characters count. An alphabet says nothing of how a writer
   *   writes, and a character left out of it could never be read or written by the voice.
   */
  add(training: string, heldBack: string): void;
  units(): Units;
}

export function createTrainer(config: UnitsConfig): UnitsTrainer {
  if (config.kind === 'char') {
    const counter = new CharacterCounter();
    return {
      add(training, heldBack) {
        counter.add(training);
        counter.add(heldBack);
      },
      units: () => new CharacterUnits(config, vocabularyOf(counter.counts(), config)),
    };
  }
  const counter = new UnitCounter();
  const take = (unit: string): void => counter.add(unit);
  if (config.kind === 'word') {
    return {
      add: (training) => eachWord(training, take),
      units: () => new WordUnits(config, vocabularyOf(counter.counts, config)),
    };
  }
  const limit = Math.max(0, config.vocabularyLimit - FIRST_MERGE);
  return {
    add: (training) => eachPiece(training, take),
    units: () => new BytePairUnits(config, trainMerges(counter.counts, limit, config.minimumCount)),
  };
}

/** The units of `texts`, all of which are studied. */
export function trainUnits(texts: Iterable<string>, config: UnitsConfig): Units {
  const trainer = createTrainer(config);
  for (const text of texts) trainer.add(text, '');
  return trainer.units();
}
