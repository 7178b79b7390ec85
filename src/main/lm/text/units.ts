import type { UnitsConfig } from '../../../shared/config.ts';

/** Token 0 stands before the first and after the last unit of a document; reading it resets the state. */
export const BOUNDARY = 0;
/** Token 1 stands for a unit outside the vocabulary. */
export const UNKNOWN = 1;

/** Cuts text into units and numbers them. Numbers 0 and 1 are BOUNDARY and UNKNOWN in every kind. */
export interface Units {
  readonly config: UnitsConfig;
  /** V, special tokens included. */
  readonly size: number;
  /** Token numbers of `text`; without boundaries. */
  encode(text: string): Int32Array;
  /** The text of `tokens`. BOUNDARY is empty; UNKNOWN is U+FFFD. */
  decode(tokens: ArrayLike<number>): string;
  /** The text of one token; for subwords it may hold part of a character, then use `decoder()`. */
  text(token: number): string;
  /** Decodes a stream token by token; withholds incomplete characters until they are whole. */
  decoder(): { push(token: number): string; end(): string };
  /** Plain JSON for the model card; `unitsFromJSON` reads it back. */
  toJSON(): UnitsJSON;
}

export interface UnitsJSON {
  readonly config: UnitsConfig;
  /** Units in token order, from token 2 on (char, word), or the BPE merges as pairs of token numbers. */
  readonly vocabulary: readonly string[] | readonly (readonly [number, number])[];
}
