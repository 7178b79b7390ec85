import type { UnitsConfig } from '../../../shared/config.ts';
import { BYTE, FIRST_MERGE, pieces } from './bpe-train.ts';
import { ByteDecoder, toBytes } from './bytes.ts';
import { BOUNDARY, UNKNOWN, type Units, type UnitsJSON } from './units.ts';

const PAIR = 2 ** 20;
/** Pieces whose encoding is remembered. */
const CACHE = 1 << 16;

/** Subwords: byte-pair encoding over bytes, lossless for any text. */
export class BytePairUnits implements Units {
  readonly config: UnitsConfig;
  readonly #merges: readonly (readonly [number, number])[];
  readonly #rank = new Map<number, number>();
  readonly #bytes: Uint8Array[] = [new Uint8Array(0), new Uint8Array([0xef, 0xbf, 0xbd])];
  #cache = new Map<string, readonly number[]>();

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
      const joined = new Uint8Array(left.length + right.length);
      joined.set(left);
      joined.set(right, left.length);
      this.#bytes.push(joined);
      this.#rank.set(a * PAIR + b, FIRST_MERGE + i);
    });
  }

  get size(): number {
    return FIRST_MERGE + this.#merges.length;
  }

  encode(text: string): Int32Array {
    let tokens = new Int32Array(Math.max(16, text.length >> 1));
    let n = 0;
    pieces.lastIndex = 0;
    for (let match = pieces.exec(text); match; match = pieces.exec(text)) {
      const found = this.#piece(match[0]);
      if (n + found.length > tokens.length) {
        const larger = new Int32Array(2 * (n + found.length));
        larger.set(tokens);
        tokens = larger;
      }
      for (const token of found) tokens[n++] = token;
    }
    return tokens.subarray(0, n);
  }

  #piece(piece: string): readonly number[] {
    const known = this.#cache.get(piece);
    if (known) return known;
    const tokens = Array.from(toBytes(piece), (byte) => byte + BYTE);
    // Earliest merge first, as trained. Long runs are cut by the pattern, so this stays short.
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let i = 1; i < tokens.length; i++) {
        const rank = this.#rank.get((tokens[i - 1] ?? 0) * PAIR + (tokens[i] ?? 0));
        if (rank !== undefined && rank < best) {
          best = rank;
          at = i - 1;
        }
      }
      if (at < 0) break;
      const [a, b] = [tokens[at], tokens[at + 1]];
      let to = 0;
      for (let i = 0; i < tokens.length; i++) {
        const merge = tokens[i] === a && tokens[i + 1] === b;
        tokens[to++] = merge ? best : (tokens[i] ?? 0);
        if (merge) i++;
      }
      tokens.length = to;
    }
    if (this.#cache.size >= CACHE) this.#cache = new Map();
    if (piece.length <= 64) this.#cache.set(piece, tokens);
    return tokens;
  }

  #bytesOf(token: number): Uint8Array {
    const bytes = this.#bytes[token];
    if (!bytes) throw new RangeError(`Token ${token} is outside 0 to ${this.size - 1}`);
    return bytes;
  }

  text(token: number): string {
    if (token === BOUNDARY) return '';
    const decoder = new ByteDecoder();
    return decoder.push(this.#bytesOf(token)) + decoder.end();
  }

  decode(tokens: ArrayLike<number>): string {
    const decoder = this.decoder();
    const parts: string[] = [];
    for (let i = 0; i < tokens.length; i++) parts.push(decoder.push(tokens[i] ?? UNKNOWN));
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
