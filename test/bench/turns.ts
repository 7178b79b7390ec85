/** How long one turn of the event loop was the longest, in milliseconds. */
export interface Turn {
  /** By the clock. */
  readonly held: number;
  /** Of the thread's processor time, which other programs do not lengthen. */
  readonly worked: number;
}

const worked = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** The longest turn of the event loop while `work` ran. */
export async function longestTurn(work: () => Promise<unknown>): Promise<Turn> {
  const longest = { held: 0, worked: 0 };
  let last = { held: performance.now(), worked: worked() };
  let ended = false;
  const tick = (): void => {
    const now = { held: performance.now(), worked: worked() };
    longest.held = Math.max(longest.held, now.held - last.held);
    longest.worked = Math.max(longest.worked, now.worked - last.worked);
    last = now;
    if (!ended) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  ended = true;
  return longest;
}
