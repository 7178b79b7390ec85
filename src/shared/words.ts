/** Letters and digits; apostrophes and hyphens hold a word together, points and commas a number. */
const word = /[\p{L}\p{N}\p{M}]+(?:(?:['’‐-]|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{N}\p{M}]+)*/gu;
/** Scripts that write without spaces. */
export const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

let segmenter: Intl.Segmenter | undefined;

function segments(text: string): number {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  let n = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike === true) n++;
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
