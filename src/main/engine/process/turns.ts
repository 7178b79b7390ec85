/** Lets one user at a time at something, in order. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is one's turn, with the function that ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let done = (): void => undefined;
    this.#last = new Promise<void>((resolve) => (done = resolve));
    await before;
    return done;
  }
}
