import * as v from 'valibot';
import { UserError } from '../../../shared/errors.ts';
import type { UnitsConfig } from '../../../shared/config.ts';
import { BytePairUnits } from './bpe.ts';
import { FIRST_MERGE, pieces, trainMerges } from './bpe-train.ts';
import { charactersOf, ListedUnits, vocabularyOf, wordsOf } from './listed.ts';
import type { Units } from './units.ts';

/** Counts units of a corpus, document by document, and then makes the vocabulary. */
export class UnitsTrainer {
  readonly #config: UnitsConfig;
  readonly #counts = new Map<string, number>();

  constructor(config: UnitsConfig) {
    this.#config = config;
  }

  /**
   * @param training the part that is studied; words and merges come from it alone
   * @param heldBack the rest: only its characters count, so that every character can be written
   */
  add(training: string, heldBack: string): void {
    const counts = this.#counts;
    const count = (unit: string): void => {
      counts.set(unit, (counts.get(unit) ?? 0) + 1);
    };
    if (this.#config.kind === 'char') {
      for (const text of [training, heldBack]) for (const unit of charactersOf(text)) count(unit);
    } else if (this.#config.kind === 'word') {
      for (const unit of wordsOf(training)) count(unit);
    } else {
      pieces.lastIndex = 0;
      for (let match = pieces.exec(training); match; match = pieces.exec(training)) count(match[0]);
    }
  }

  units(): Units {
    const config = this.#config;
    if (config.kind === 'subword') {
      const limit = Math.max(0, config.vocabularyLimit - FIRST_MERGE);
      return new BytePairUnits(config, trainMerges(this.#counts, limit, config.minimumCount));
    }
    return listed(config, vocabularyOf(this.#counts, config));
  }
}

const listed = (config: UnitsConfig, vocabulary: readonly string[]): Units =>
  new ListedUnits(config, vocabulary, config.kind === 'char' ? charactersOf : wordsOf);

const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const schema = v.object({
  config: v.object({
    kind: v.picklist(['char', 'word', 'subword']),
    vocabularyLimit: whole(2, 1_000_000),
    minimumCount: whole(1, 1_000_000),
  }),
  vocabulary: v.union([
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(100_000))), v.maxLength(1e6)),
    v.pipe(v.array(v.tuple([whole(2, 1e6), whole(2, 1e6)])), v.maxLength(1e6)),
  ]),
});

/** Units from a model card. Throws UserError `voice.damaged` naming `file`. */
export function unitsFromJSON(json: unknown, file = 'voice.json'): Units {
  const parsed = v.safeParse(schema, json);
  if (parsed.success) {
    const { config, vocabulary } = parsed.output;
    const strings = vocabulary.every((unit) => typeof unit === 'string');
    try {
      if (config.kind === 'subword' && (vocabulary.length === 0 || !strings)) {
        return new BytePairUnits(config, vocabulary as [number, number][]);
      }
      if (config.kind !== 'subword' && strings) return listed(config, vocabulary as string[]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new UserError(
    'voice.damaged',
    `The vocabulary in ${file} is damaged; restore the voice from a backup or train it again.`,
  );
}
