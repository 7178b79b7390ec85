import type { Result } from '../../shared/result.ts';

/** What is known of an answer. While a newer one is awaited the old one still stands. */
export interface Answer<T> {
  readonly value: T | null;
  readonly loading: boolean;
  /** Why there is none, as a sentence. */
  readonly problem: string | null;
}

/**
 * Asks the newest question only. One is on its way at a time; an answer to a question that is no longer
 * the newest is dropped.
 */
export class Newest<Question, T> {
  state = $state.raw<Answer<T>>({ value: null, loading: false, problem: null });
  readonly #asks: (question: Question) => Promise<Result<T>>;
  readonly #pause: number;
  #question: Question | null = null;
  #underWay = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param pause milliseconds without a newer question before it is asked */
  constructor(asks: (question: Question) => Promise<Result<T>>, pause: number) {
    this.#asks = asks;
    this.#pause = pause;
  }

  ask(question: Question): void {
    this.#question = question;
    this.state = { ...this.state, loading: true, problem: null };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), this.#pause);
  }

  /** No question any more: what comes is dropped. */
  clear(): void {
    this.#question = null;
    clearTimeout(this.#timer);
    this.state = { value: null, loading: false, problem: null };
  }

  async #send(): Promise<void> {
    if (this.#underWay) return;
    this.#underWay = true;
    for (let question = this.#question; question !== null;) {
      const result = await this.#asks(question);
      if (this.#question === question) {
        this.state = result.ok
          ? { value: result.value, loading: false, problem: null }
          : { value: null, loading: false, problem: result.error.sentence };
        break;
      }
      question = this.#question;
    }
    this.#underWay = false;
  }
}
