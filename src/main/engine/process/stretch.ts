/**
 * Fewest characters that are read before what is written on, where there are so many: more words than a
 * recurrent network remembers (Khandelwal et al. 2018, "Sharp Nearby, Fuzzy Far Away"; DECISIONS.md has ours).
 */
export const MEMORY = 8192;
/** Characters from the beginning of one stretch to that of the next. */
export const STRIDE = 8192;
/** So far the beginning of a paragraph is looked for; then one of a word will do. */
const NEAR = STRIDE / 2;

/** What is read of a text to write on at one of its offsets. */
export interface Stretch {
  /** Which of the text it is; 0 is at its beginning. */
  readonly index: number;
  /** Where it begins. */
  readonly from: number;
  /** It, and what follows while the next stretch is not meant yet. */
  readonly text: string;
}

/** Hangs on nothing but the text and the offset: the same words are always continued in the same way. */
export function stretchAt(text: string, at: number): Stretch {
  const index = Math.max(0, Math.floor((at - MEMORY) / STRIDE));
  const from = index === 0 ? 0 : beginningAfter(text, index * STRIDE);
  return { index, from, text: text.slice(from, (index + 1) * STRIDE + MEMORY) };
}

/** Where the next paragraph begins, or a word where none is near. */
function beginningAfter(text: string, near: number): number {
  const reach = text.slice(near, near + NEAR);
  const found = /\n+(?=\S)/.exec(reach) ?? /\s+(?=\S)/.exec(reach);
  if (found) return near + found.index + found[0].length;
  // Not between the halves of a character.
  const code = text.charCodeAt(near);
  return code >= 0xdc00 && code < 0xe000 ? near + 1 : near;
}
