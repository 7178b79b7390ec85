/** Letters and digits; apostrophes and hyphens hold a word together, points and commas a number. */
const word = /[\p{L}\p{N}\p{M}]+(?:(?:['’‐-]|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{N}\p{M}]+)*/gu;
/** Scripts that write without spaces. */
export const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

let segmenter: Intl.Segmenter | undefined;

const segmentsOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return segmenter.segment(text);
};

function segments(text: string): number {
  let n = 0;
  for (const { isWordLike } of segmentsOf(text)) if (isWordLike === true) n++;
  return n;
}

/**
 * Words of a text as people count them: "stop-gap" and "don't" are one. In scripts without spaces the
 * platform's dictionary tells. No word crosses a space, so the parts between spaces can be counted alone.
 */
export function countWords(text: string): number {
  const dense = unspaced.test(text);
  let n = 0;
  word.lastIndex = 0;
  for (let found = word.exec(text); found !== null; found = word.exec(text)) {
    n += dense && unspaced.test(found[0]) ? segments(found[0]) : 1;
  }
  return n;
}

/** Where the words that `countWords` counts begin and end. */
export function* wordsOf(text: string): Generator<{ readonly from: number; readonly to: number }> {
  const dense = unspaced.test(text);
  for (const { 0: found, index } of text.matchAll(word)) {
    if (!dense || !unspaced.test(found)) {
      yield { from: index, to: index + found.length };
      continue;
    }
    for (const { segment, index: at, isWordLike } of segmentsOf(found)) {
      if (isWordLike === true) yield { from: index + at, to: index + at + segment.length };
    }
  }
}
