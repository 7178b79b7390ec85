import { unwrap, type Result } from '../result.ts';
import type { Sink } from './table.ts';

/**
 * A stream that is pushed, as one that is pulled. Who pushes is not slowed by a slow reader: instead
 * `join` makes one item of a waiting one and a newer one, where it can.
 */
export class ItemQueue<Item, End> implements Sink<Item, End> {
  readonly #join: (earlier: Item, later: Item) => Item | null;
  #items: Item[] = [];
  #end: Result<End> | null = null;
  #wake: (() => void) | null = null;

  constructor(join: (earlier: Item, later: Item) => Item | null = () => null) {
    this.#join = join;
  }

  readonly item = (later: Item): void => {
    const joinedAt = this.#items.findLastIndex((earlier, i) => {
      const joined = this.#join(earlier, later);
      if (joined !== null) this.#items[i] = joined;
      return joined !== null;
    });
    if (joinedAt < 0) this.#items.push(later);
    this.#wake?.();
  };

  readonly end = (result: Result<End>): void => {
    this.#end = result;
    this.#wake?.();
  };

  /** To its end. Throws UserError where the stream fails. */
  async *items(): AsyncGenerator<Item, End, void> {
    for (;;) {
      const next = this.#items.shift();
      if (next !== undefined) yield next;
      else if (this.#end) return unwrap(this.#end);
      else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = null;
      }
    }
  }
}
