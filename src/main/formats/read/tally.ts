import type { Dropped } from '../../../shared/formats.ts';

/** Counts what is left out while a manuscript is read. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** @param what in the singular, for the writer */
  drop(what: string, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  get dropped(): readonly Dropped[] {
    return [...this.#counts].map(([what, count]) => ({ what, count }));
  }
}
