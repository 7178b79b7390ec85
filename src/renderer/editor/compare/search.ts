/** Searches that take long in long texts, and how the page stays free meanwhile. */

/** Pauses after every few milliseconds of work. */
export type Search<T> = Generator<undefined, T>;

/** Milliseconds of work in one go: keys and frames have what is left of their 16. */
const SPELL = 8;

/** All of it, with turns for the page in between, and one before what is done with it. */
export async function inTurns<T>(search: Search<T>): Promise<T> {
  let step: IteratorResult<undefined, T>;
  do {
    const began = performance.now();
    do step = search.next();
    while (step.done !== true && performance.now() - began < SPELL);
    await scheduler.yield();
  } while (step.done !== true);
  return step.value;
}

/** All of it in one go. */
export function atOnce<T>(search: Search<T>): T {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}
