import type { UnitsConfig } from '../../../shared/config.ts';
import { UNKNOWN, type Units, type UnitsJSON } from './units.ts';
import { TokenText } from './vocabulary.ts';

const BMP = 0x10000;

/** Length in code units of the character at `i`: 2 for a surrogate pair, else 1. */
const widthAt = (text: string, i: number): 1 | 2 => {
  const unit = text.charCodeAt(i);
  if (unit < 0xd800 || unit > 0xdbff) return 1;
  const next = text.charCodeAt(i + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
};

/** Counts code points; a lone surrogate is one of its own. */
export class CharacterCounter {
  // A table for the plane that nearly all text lies in: one addition a character.
  readonly #table = new Float64Array(BMP);
  readonly #beyond = new Map<number, number>();

  add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0xd800 && unit <= 0xdbff && widthAt(text, i) === 2) {
        const code = text.codePointAt(i) ?? unit;
        this.#beyond.set(code, (this.#beyond.get(code) ?? 0) + 1);
        i++;
      } else {
        this.#table[unit] = (this.#table[unit] ?? 0) + 1;
      }
    }
  }

  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    this.#table.forEach((n, code) => {
      if (n > 0) counts.set(String.fromCharCode(code), n);
    });
    for (const [code, n] of this.#beyond) counts.set(String.fromCodePoint(code), n);
    return counts;
  }
}

/** Characters: one token a code point. Within its alphabet decode(encode(x)) is x. */
export class CharacterUnits implements Units {
  readonly config: UnitsConfig;
  readonly #texts: TokenText;
  readonly #table = new Int32Array(BMP).fill(UNKNOWN);
  readonly #beyond = new Map<number, number>();

  /** @param vocabulary single code points, no two alike, from token 2 on */
  constructor(config: UnitsConfig, vocabulary: readonly string[]) {
    this.config = config;
    this.#texts = new TokenText(vocabulary);
    vocabulary.forEach((character, i) => {
      const code = character.codePointAt(0) ?? BMP;
      if (character.length !== (code < BMP ? 1 : 2)) {
        throw new RangeError(`Unit ${i} is ${JSON.stringify(character)}, not one character`);
      }
      if (code < BMP) this.#table[code] = i + 2;
      else this.#beyond.set(code, i + 2);
    });
  }

  get size(): number {
    return this.#texts.size;
  }

  encode(text: string): Int32Array {
    const tokens = new Int32Array(text.length);
    const table = this.#table;
    let n = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0xd800 && unit <= 0xdbff && widthAt(text, i) === 2) {
        tokens[n++] = this.#beyond.get(text.codePointAt(i) ?? unit) ?? UNKNOWN;
        i++;
      } else {
        tokens[n++] = table[unit] ?? UNKNOWN;
      }
    }
    return tokens.subarray(0, n);
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
