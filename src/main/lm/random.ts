/** A seedable source of numbers; lm never calls Math.random. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  uint32(): number;
  /** Four words that `randomFrom` continues. */
  state(): number[];
  /** Another source, decided by this one's state and the label; this one does not move. */
  fork(label: number): Random;
}

/** splitmix32: words from a seed, each bit of it spread over all of them. */
function split(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x9e3779b9) >>> 0;
    let z = Math.imul(s ^ (s >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** sfc32 (Doty-Humphrey, PractRand), seeded by splitmix32 and warmed up as PractRand does. */
export function createRandom(seed: number): Random {
  const word = split(seed);
  return warm([word(), word(), word(), 1]);
}

function warm(state: readonly number[]): Random {
  const random = randomFrom(state);
  for (let i = 0; i < 12; i++) random.uint32();
  return random;
}

export function randomFrom(state: readonly number[]): Random {
  let [a = 0, b = 0, c = 0, d = 1] = state;
  const uint32 = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  return {
    uint32,
    next: () => uint32() / 2 ** 32,
    state: () => [a, b, c, d],
    fork(label) {
      // The label goes through splitmix32 too: 1 and 2 lead to sources with nothing in common.
      const word = split(label);
      return warm([a ^ word(), b ^ word(), c ^ word(), d]);
    },
  };
}
