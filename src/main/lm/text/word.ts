import type { UnitsConfig } from '../../../shared/config.ts';
import { UNKNOWN, type Units, type UnitsJSON } from './units.ts';
import { TokenText } from './vocabulary.ts';

let segmenter: Intl.Segmenter | undefined;

/** Lines of Latin letters, ASCII and the usual quotes and dashes. */
const plain = /^[\t -~À-ɏ‘’“”–—…]*$/;

/**
 * The segmenter's rules (Unicode annex 29) for such lines, thirty times as fast: letters, digits and _
 * hold together, also across one mark between letters or between digits; spaces run together.
 */
const latin =
  /[\w\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]+(?:(?:(?<=[A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F])['.‘’:](?=[A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F])|(?<=\d)['.‘’,;](?=\d))[\w\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]+)*| +|[^]/g;

/** Calls `take` with the words, spaces, marks and line breaks of a text, in order; joined they are the text. */
export function eachWord(text: string, take: (unit: string) => void): void {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    if (plain.test(line)) {
      let from = 0;
      latin.lastIndex = 0;
      while (latin.test(line)) {
        take(line.slice(from, latin.lastIndex));
        from = latin.lastIndex;
      }
    } else {
      // One locale, so that a voice cuts its words alike on every computer.
      segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
      for (const { segment } of segmenter.segment(line)) take(segment);
    }
    if (found < 0) return;
    take('\n');
    start = end + 1;
  }
}

/** Words, and the spaces and marks between them. Known units come back exactly, others as U+FFFD. */
export class WordUnits implements Units {
  readonly config: UnitsConfig;
  readonly #texts: TokenText;
  readonly #index: ReadonlyMap<string, number>;

  /** @param vocabulary words, no two alike, from token 2 on */
  constructor(config: UnitsConfig, vocabulary: readonly string[]) {
    this.config = config;
    this.#texts = new TokenText(vocabulary);
    this.#index = new Map(vocabulary.map((unit, i) => [unit, i + 2]));
  }

  get size(): number {
    return this.#texts.size;
  }

  encode(text: string): Int32Array {
    const tokens: number[] = [];
    eachWord(text, (unit) => tokens.push(this.#index.get(unit) ?? UNKNOWN));
    return Int32Array.from(tokens);
  }

  decode(tokens: ArrayLike<number>): string {
    return this.#texts.join(tokens);
  }

  text(token: number): string {
    return this.#texts.of(token);
  }

  decoder(): { push(token: number): string; end(): string } {
    return { push: (token) => this.#texts.of(token), end: () => '' };
  }

  toJSON(): UnitsJSON {
    return { config: this.config, vocabulary: this.#texts.vocabulary };
  }
}
