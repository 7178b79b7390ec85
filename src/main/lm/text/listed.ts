import type { UnitsConfig } from '../../../shared/config.ts';
import { BOUNDARY, UNKNOWN, type Units, type UnitsJSON } from './units.ts';

/** Units that are a list of strings: characters, or words with the spaces and marks between them. */
export class ListedUnits implements Units {
  readonly config: UnitsConfig;
  readonly #vocabulary: readonly string[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #cut: (text: string) => Iterable<string>;

  constructor(
    config: UnitsConfig,
    vocabulary: readonly string[],
    cut: (text: string) => Iterable<string>,
  ) {
    this.config = config;
    this.#vocabulary = vocabulary;
    this.#index = new Map(vocabulary.map((unit, i) => [unit, i + 2]));
    this.#cut = cut;
  }

  get size(): number {
    return this.#vocabulary.length + 2;
  }

  encode(text: string): Int32Array {
    const tokens = new Int32Array(text.length);
    let n = 0;
    for (const unit of this.#cut(text)) tokens[n++] = this.#index.get(unit) ?? UNKNOWN;
    return tokens.subarray(0, n);
  }

  text(token: number): string {
    if (token === BOUNDARY) return '';
    if (token === UNKNOWN) return '\uFFFD';
    const unit = this.#vocabulary[token - 2];
    if (unit === undefined) throw new RangeError(`Token ${token} is outside 0 to ${this.size - 1}`);
    return unit;
  }

  decode(tokens: ArrayLike<number>): string {
    let out = '';
    for (let i = 0; i < tokens.length; i++) out += this.text(tokens[i] ?? UNKNOWN);
    return out;
  }

  decoder(): { push(token: number): string; end(): string } {
    return { push: (token) => this.text(token), end: () => '' };
  }

  toJSON(): UnitsJSON {
    return { config: this.config, vocabulary: this.#vocabulary };
  }
}

let segmenter: Intl.Segmenter | undefined;

/** Words, spaces, marks and line breaks of a text, in order; joined they are the text again. */
export function* wordsOf(text: string): Iterable<string> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  // Line by line: a segmenter's cost grows with the text it is given.
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    for (const { segment } of segmenter.segment(line)) yield segment;
    if (end < 0) return;
    yield '\n';
    start = end + 1;
  }
}

/** Code points of a text; a lone surrogate is one of its own. */
export const charactersOf = (text: string): Iterable<string> => text;

/** The most frequent units first, ties by text, within the limits of `config`. */
export function vocabularyOf(counts: ReadonlyMap<string, number>, config: UnitsConfig): string[] {
  return [...counts]
    .filter(([, n]) => n >= config.minimumCount)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, config.vocabularyLimit - 2)
    .map(([unit]) => unit);
}
