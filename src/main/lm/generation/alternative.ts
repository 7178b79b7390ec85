import type { Units } from '../text/units.ts';
import type { SamplingSettings } from './settings.ts';
import { lastBoundary, lastWord, lengthRule, stopTextRule, type StopRule } from './stop.ts';

/** Why a continuation ended: its length, a stop text, the most tokens, or the signal. */
export type Reason = 'length' | 'stop' | 'tokens' | 'cancelled';

/** One continuation in the making: tokens go in, text that is certain to stay comes out. */
export class Alternative {
  readonly #decoder: ReturnType<Units['decoder']>;
  readonly #length: StopRule;
  readonly #stop: StopRule;
  readonly #maxTokens: number;
  /** White space at the start that would double the prompt's. */
  #doubled: RegExp | null;
  #streamed = 0;
  /** What is still to be written of the prompt's end. */
  held: string;
  text = '';
  tokens = 0;
  reason: Reason | null = null;

  /** @param held the end of `prompt` that is written once more */
  constructor(settings: SamplingSettings, units: Units, prompt: string, held: string) {
    this.#decoder = units.decoder();
    this.#length = lengthRule(settings.length, prompt);
    this.#stop = stopTextRule(settings.stopTexts);
    this.#maxTokens = settings.maxTokens;
    this.held = held;
    this.#doubled = /(?:^|\n)[ \t\r]*$/u.test(prompt) ? /^\s+/u : null;
    if (/[^\S\n\r]$/u.test(prompt) && !this.#doubled) this.#doubled = /^[^\S\n\r]+/u;
  }

  /** Takes a token; returns the text that is now certain to stay. */
  push(token: number): string {
    this.tokens++;
    this.#append(this.#decoder.push(token));
    const stop = this.#stop.scan(this.text);
    const { end, certain } = this.#length.scan(this.text);
    if (stop.end !== null && (end === null || stop.end < end))
      return this.#finish(stop.end, 'stop');
    if (end !== null && end <= stop.certain) return this.#finish(end, 'length');
    if (this.tokens >= this.#maxTokens) {
      if (end !== null) return this.#finish(end, 'length');
      return this.#finish(lastBoundary(this.text, this.#streamed), 'tokens');
    }
    // White space at the end waits: it goes when the text ends there. So does a last word, which may
    // turn out to be unfinished when the tokens run out.
    const whole = lastWord(this.text, this.#streamed);
    const to = Math.min(whole, certain, stop.certain);
    return this.#stream(this.text.slice(0, to).trimEnd().length);
  }

  /** Ends it where it is. */
  cancel(): string {
    return this.#finish(lastBoundary(this.text, this.#streamed), 'cancelled');
  }

  #append(piece: string): void {
    let fresh = piece.slice(this.held.length);
    this.held = this.held.slice(piece.length);
    if (this.#doubled) {
      fresh = fresh.replace(this.#doubled, '');
      if (fresh !== '') this.#doubled = null;
    }
    this.text += fresh;
  }

  #finish(end: number, reason: Reason): string {
    const text = this.text.slice(0, end).trimEnd();
    this.text = text.length < this.#streamed ? this.text.slice(0, this.#streamed) : text;
    this.reason = reason;
    return this.#stream(this.text.length);
  }

  #stream(to: number): string {
    const piece = this.text.slice(this.#streamed, to);
    this.#streamed = Math.max(this.#streamed, to);
    return piece;
  }
}
