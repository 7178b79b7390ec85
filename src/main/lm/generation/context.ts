import type { Units } from '../text/units.ts';

/** How far back repeats are looked for, in tokens. */
export const REACH = 2048;

/**
 * The last tokens of a text and how much of them is a repeat, kept up to date token by token: for every
 * earlier place, the number of tokens up to it that are also the last tokens of the text.
 */
export class Context {
  /** Tokens from `start` to `end` are valid. */
  readonly tokens = new Int32Array(2 * REACH);
  /** matched[i], start <= i < end - 1: length of the common end of tokens[..i] and tokens[..end - 1]. */
  readonly matched = new Int32Array(2 * REACH);
  readonly #breaks: (token: number) => boolean;
  #end = 0;

  /** @param breaks true for tokens, such as line breaks, that no repeat reaches across */
  constructor(tokens: ArrayLike<number> = [], breaks: (token: number) => boolean = () => false) {
    this.#breaks = breaks;
    for (let i = Math.max(0, tokens.length - REACH); i < tokens.length; i++) this.push(tokens[i]!);
  }

  get start(): number {
    return Math.max(0, this.#end - REACH);
  }

  get end(): number {
    return this.#end;
  }

  push(token: number): void {
    const { tokens, matched } = this;
    if (this.#end === tokens.length) {
      tokens.copyWithin(0, this.start);
      matched.copyWithin(0, this.start);
      this.#end = REACH;
    }
    const start = this.start;
    const end = this.#end++;
    tokens[end] = token;
    if (this.#breaks(token)) {
      matched.fill(0, start, end + 1);
      return;
    }
    // Downwards: place i grows out of what place i - 1 was before this token.
    for (let i = end - 1; i > start; i--)
      matched[i] = tokens[i] === token ? matched[i - 1]! + 1 : 0;
    if (end > start) matched[start] = tokens[start] === token ? 1 : 0;
    matched[end] = 0;
  }

  /** An independent context that goes on from here. */
  copy(): Context {
    const copy = new Context([], this.#breaks);
    copy.tokens.set(this.tokens);
    copy.matched.set(this.matched);
    copy.#end = this.#end;
    return copy;
  }
}

/** The context a text leaves behind; no repeat reaches across its line breaks. */
export const contextOf = (units: Units, tokens: Int32Array): Context =>
  new Context(tokens, (token) => units.text(token).includes('\n'));
