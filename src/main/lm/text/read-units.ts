import type { UnitsConfig } from '../../../shared/config.ts';
import { UserError } from '../../../shared/errors.ts';
import { BytePairUnits } from './bpe.ts';
import { CharacterUnits } from './char.ts';
import type { Units } from './units.ts';
import { LONGEST } from './vocabulary.ts';
import { WordUnits } from './word.ts';

/** Most units of a vocabulary, and most merges. */
const MOST = 1 << 20;
const MOST_MERGES = 1 << 16;

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

function readConfig(config: unknown): UnitsConfig | null {
  if (!isObject(config)) return null;
  const { kind, vocabularyLimit, minimumCount } = config;
  if (kind !== 'char' && kind !== 'word' && kind !== 'subword') return null;
  if (!isWhole(vocabularyLimit, 2, MOST) || !isWhole(minimumCount, 1, MOST)) return null;
  return { kind, vocabularyLimit, minimumCount };
}

const isUnits = (list: readonly unknown[]): list is readonly string[] =>
  list.length <= MOST &&
  list.every((unit) => typeof unit === 'string' && unit !== '' && unit.length <= LONGEST) &&
  new Set(list).size === list.length;

const isMerge = (pair: unknown): pair is readonly [number, number] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((token) => isWhole(token, 2, MOST));

const areMerges = (list: readonly unknown[]): list is readonly (readonly [number, number])[] =>
  list.length <= MOST_MERGES && list.every(isMerge);

function read(json: unknown): Units | null {
  if (!isObject(json) || !Array.isArray(json['vocabulary'])) return null;
  const config = readConfig(json['config']);
  const vocabulary: readonly unknown[] = json['vocabulary'];
  if (config?.kind === 'subword') {
    return areMerges(vocabulary) ? new BytePairUnits(config, vocabulary) : null;
  }
  if (!config || !isUnits(vocabulary)) return null;
  return config.kind === 'char'
    ? new CharacterUnits(config, vocabulary)
    : new WordUnits(config, vocabulary);
}

/** Units from a model card, checked in full. Throws UserError `voice.damaged` naming `file`. */
export function unitsFromJSON(json: unknown, file = 'voice.json'): Units {
  let units: Units | null = null;
  let cause: unknown;
  try {
    units = read(json);
  } catch (error) {
    // What the units themselves refuse: a merge of tokens that do not exist, a unit of two characters.
    if (!(error instanceof RangeError)) throw error;
    cause = error;
  }
  if (units) return units;
  throw new UserError(
    'voice.damaged',
    `The vocabulary in ${file} is damaged; restore the voice from a backup or train it again.`,
    { cause },
  );
}
