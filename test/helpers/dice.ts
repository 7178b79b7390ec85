/** A small repeatable source of whole numbers below `n` (Steele & Vigna's mulberry32). */
export function dice(seed: number): (n: number) => number {
  let state = seed | 0;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** One to three random wounds: bits flipped, bytes set, cut short, a stretch moved, removed or zeroed. */
export function damage(bytes: Uint8Array, roll: (n: number) => number): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let i = roll(3); i >= 0 && out.length > 0; i--) {
    const at = roll(out.length);
    const end = Math.min(out.length, at + 1 + roll(40));
    switch (roll(7)) {
      case 0:
      case 1:
        out[at]! ^= 1 << roll(8);
        break;
      case 2:
        out[at] = roll(256);
        break;
      case 3:
        out = out.slice(0, at);
        break;
      case 4:
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(end)]);
        break;
      case 5:
        out.fill(roll(2) * 255, at, end);
        break;
      default:
        out.copyWithin(at, roll(out.length), roll(out.length));
    }
  }
  return out;
}
