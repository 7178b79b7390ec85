import { BOUNDARY } from './units.ts';

export type TokenArray = Uint8Array | Uint16Array | Int32Array;

/** A stream of tokens with the boundaries of its documents. */
export interface TokenStream {
  readonly ids: TokenArray;
  /** Characters (UTF-16 code units) of the text it stands for. */
  readonly characters: number;
  readonly documents: number;
}

/** Grows a stream document by document, in the smallest integers that hold the vocabulary. */
export class TokenBuffer {
  #ids: TokenArray;
  #length = 0;
  #characters = 0;
  #documents = 0;
  readonly #create: (n: number) => TokenArray;

  constructor(vocabulary: number) {
    this.#create = (n) =>
      vocabulary <= 0x100
        ? new Uint8Array(n)
        : vocabulary <= 0x10000
          ? new Uint16Array(n)
          : new Int32Array(n);
    this.#ids = this.#create(1 << 16);
  }

  /** Appends a document, with the boundary before it. */
  add(tokens: Int32Array, characters: number): void {
    this.#reserve(this.#length + tokens.length + 2);
    this.#ids[this.#length++] = BOUNDARY;
    this.#ids.set(tokens, this.#length);
    this.#length += tokens.length;
    this.#characters += characters;
    this.#documents++;
  }

  /** The stream, closed by a boundary. */
  finish(boundary: number): TokenStream {
    this.#reserve(this.#length + 1);
    if (this.#documents > 0) this.#ids[this.#length++] = boundary;
    return {
      ids: this.#ids.slice(0, this.#length),
      characters: this.#characters,
      documents: this.#documents,
    };
  }

  #reserve(count: number): void {
    if (count <= this.#ids.length) return;
    const larger = this.#create(Math.max(count, Math.ceil(this.#ids.length * 1.5)));
    larger.set(this.#ids.subarray(0, this.#length));
    this.#ids = larger;
  }
}
