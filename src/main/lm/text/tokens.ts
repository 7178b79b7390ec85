import { BOUNDARY } from './units.ts';

export type TokenArray = Uint8Array | Uint16Array | Int32Array;

/** A stream of tokens: [BOUNDARY, document 1, BOUNDARY, document 2, ..., BOUNDARY]. */
export interface TokenStream {
  readonly ids: TokenArray;
  /** UTF-16 code units of the text it stands for; what bits per character are counted by. */
  readonly characters: number;
  readonly documents: number;
}

const CHUNK = 1 << 20;

/** Grows a stream piece by piece, in the smallest integers that hold the vocabulary. */
export class TokenBuffer {
  readonly #create: (n: number) => TokenArray;
  // Chunks: a growing array would need itself twice over while it grows.
  #full: TokenArray[] = [];
  #chunk: TokenArray;
  #used = 0;
  #characters = 0;
  #documents = 0;

  /** @param vocabulary V; every token is less */
  constructor(vocabulary: number) {
    this.#create = (n) => {
      if (vocabulary <= 0x100) return new Uint8Array(n);
      return vocabulary <= 0x10000 ? new Uint16Array(n) : new Int32Array(n);
    };
    this.#chunk = this.#create(CHUNK);
  }

  /** Opens a document: what is added from here on is part of it. */
  open(): void {
    this.#append(Int32Array.of(BOUNDARY));
    this.#documents++;
  }

  /** Appends tokens that stand for `characters` code units of text. */
  add(tokens: Int32Array, characters: number): void {
    this.#append(tokens);
    this.#characters += characters;
  }

  /** The stream, closed by a boundary; the buffer is empty afterwards. */
  finish(): TokenStream {
    if (this.#documents > 0) this.#append(Int32Array.of(BOUNDARY));
    const ids = this.#create(this.#full.length * CHUNK + this.#used);
    this.#full.forEach((chunk, i) => ids.set(chunk, i * CHUNK));
    ids.set(this.#chunk.subarray(0, this.#used), this.#full.length * CHUNK);
    const stream = { ids, characters: this.#characters, documents: this.#documents };
    this.#full = [];
    this.#used = this.#characters = this.#documents = 0;
    return stream;
  }

  #append(tokens: Int32Array): void {
    for (let from = 0; from < tokens.length;) {
      if (this.#used === CHUNK) {
        this.#full.push(this.#chunk);
        this.#chunk = this.#create(CHUNK);
        this.#used = 0;
      }
      const part = tokens.subarray(from, from + CHUNK - this.#used);
      this.#chunk.set(part, this.#used);
      this.#used += part.length;
      from += part.length;
    }
  }
}
