/**
 * How well `typed` fits `text`: null where its letters do not all come in order; more is better. Beginnings
 * of words and letters that stand together count most.
 */
export function fit(typed: string, text: string): number | null {
  const wanted = typed.toLowerCase().replace(/\s+/g, ' ').trim();
  const given = text.toLowerCase();
  if (wanted === '') return 0;
  const whole = given.indexOf(wanted);
  if (whole >= 0) return 1000 - whole - given.length / 100 + (startsWord(given, whole) ? 500 : 0);
  let score = 0;
  let at = -1;
  for (const letter of wanted.replaceAll(' ', '')) {
    const beside = given[at + 1] === letter;
    const next = beside ? at + 1 : nextPlace(given, letter, at + 1);
    if (next < 0) return null;
    score += startsWord(given, next) ? 8 : beside ? 6 : 0;
    at = next;
  }
  // Letters scattered over the text are no match that a person would see.
  return score < 5 * wanted.length ? null : score - given.length / 100;
}

/** Where the letter is next: rather at the beginning of a word. */
function nextPlace(text: string, letter: string, from: number): number {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    if (startsWord(text, at)) return at;
  }
  return text.indexOf(letter, from);
}

const startsWord = (text: string, at: number): boolean =>
  at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '');

/** Those that fit, best first; without anything typed, as they came. */
export function ranked<T>(items: readonly T[], typed: string, text: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: fit(typed, text(item)) }))
    .filter((each): each is { item: T; score: number } => each.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
