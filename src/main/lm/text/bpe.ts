import type { UnitsConfig } from '../../../shared/config.ts';
import { BYTE, eachPiece, FIRST_MERGE, LONGEST_TOKEN } from './bpe-train.ts';
import { ByteDecoder, toBytes } from './bytes.ts';
import type { Units, UnitsJSON } from './units.ts';
import { owned } from './vocabulary.ts';

/** Pieces whose encoding is remembered: more than a long shelf of novels has, some 20 MB. */
const CACHE = 1 << 17;

/** Subwords: byte-pair encoding over bytes, lossless for any text. */
export class BytePairUnits implements Units {
  readonly config: UnitsConfig;
  readonly #merges: readonly (readonly [number, number])[];
  /** Token that a pair becomes, by a * size + b. */
  readonly #merged = new Map<number, number>();
  readonly #bytes: Uint8Array[] = [new Uint8Array(0), new Uint8Array([0xef, 0xbf, 0xbd])];
  readonly #cache = new Map<string, number | readonly number[]>();

  /**
   * @param merges pairs of tokens that become one, first to last; pair i makes token 258 + i
   * @throws RangeError when a merge cannot be one
   */
  constructor(config: UnitsConfig, merges: readonly (readonly [number, number])[]) {
    this.config = config;
    this.#merges = merges;
    for (let byte = 0; byte < 256; byte++) this.#bytes.push(new Uint8Array([byte]));
    merges.forEach(([a, b], i) => {
      const left = this.#bytes[a];
      const right = this.#bytes[b];
      if (!left || !right || a < BYTE || b < BYTE) {
        throw new RangeError(`Merge ${i} joins tokens ${a} and ${b}, which do not exist yet`);
      }
      if (left.length + right.length > LONGEST_TOKEN) {
        throw new RangeError(`Merge ${i} makes a token of more than ${LONGEST_TOKEN} bytes`);
      }
      const joined = new Uint8Array(left.length + right.length);
      joined.set(left);
      joined.set(right, left.length);
      this.#bytes.push(joined);
      this.#merged.set(a * this.size + b, FIRST_MERGE + i);
    });
    if (this.#merged.size < merges.length) throw new RangeError('A pair is merged twice');
  }

  get size(): number {
    return FIRST_MERGE + this.#merges.length;
  }

  encode(text: string): Int32Array {
    let tokens = new Int32Array(Math.max(256, text.length >> 1));
    let n = 0;
    eachPiece(text, (piece) => {
      const found = this.#cache.get(piece) ?? this.#encodePiece(piece);
      const length = typeof found === 'number' ? 1 : found.length;
      if (n + length > tokens.length) {
        const larger = new Int32Array(2 * (n + length));
        larger.set(tokens);
        tokens = larger;
      }
      if (typeof found === 'number') tokens[n++] = found;
      else for (const token of found) tokens[n++] = token;
    });
    return tokens.slice(0, n);
  }

  #encodePiece(piece: string): number | readonly number[] {
    const tokens = Array.from(toBytes(piece), (byte) => byte + BYTE);
    // The earliest merge first, as trained. A later merge has a larger token.
    for (;;) {
      let best = Infinity;
      let at = 0;
      for (let i = 1; i < tokens.length; i++) {
        const merged = this.#merged.get(tokens[i - 1]! * this.size + tokens[i]!);
        if (merged !== undefined && merged < best) {
          best = merged;
          at = i - 1;
        }
      }
      if (best === Infinity) break;
      const [a, b] = [tokens[at], tokens[at + 1]];
      let to = 0;
      for (let i = 0; i < tokens.length; i++) {
        const here = tokens[i] === a && tokens[i + 1] === b;
        tokens[to++] = here ? best : tokens[i]!;
        if (here) i++;
      }
      tokens.length = to;
    }
    const found = tokens.length === 1 ? tokens[0]! : tokens;
    if (this.#cache.size >= CACHE) this.#cache.clear();
    this.#cache.set(owned(piece), found);
    return found;
  }

  #bytesOf(token: number): Uint8Array {
    const bytes = this.#bytes[token];
    if (!bytes) throw new RangeError(`Token ${token} is outside 0 to ${this.size - 1}`);
    return bytes;
  }

  text(token: number): string {
    const decoder = new ByteDecoder();
    return decoder.push(this.#bytesOf(token)) + decoder.end();
  }

  decode(tokens: ArrayLike<number>): string {
    const decoder = this.decoder();
    const parts: string[] = [];
    for (let i = 0; i < tokens.length; i++) parts.push(decoder.push(tokens[i] ?? -1));
    return parts.join('') + decoder.end();
  }

  decoder(): { push(token: number): string; end(): string } {
    const decoder = new ByteDecoder();
    return { push: (token) => decoder.push(this.#bytesOf(token)), end: () => decoder.end() };
  }

  toJSON(): UnitsJSON {
    return { config: this.config, vocabulary: this.#merges };
  }
}
