/** How much of a suggestion one key takes. Pieces are prefixes of the rest and never end in a space. */
import { sentences } from '../sentences.ts';

export type Portion = 'word' | 'sentence' | 'all';

const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The next piece of `rest`; "" where only spaces are left. */
export function portionOf(rest: string, portion: Portion): string {
  switch (portion) {
    case 'word':
      return nextWord(rest);
    case 'sentence':
      return nextSentence(rest);
    case 'all':
      return rest.trimEnd();
  }
}

/**
 * The spaces and line breaks before the next word, the word, and the marks that cling to it: "“Go,"
 * before "he", "well-" before "known".
 */
function nextWord(rest: string): string {
  const start = rest.length - rest.trimStart().length;
  let end = start;
  let inWord = false;
  for (const { segment, index, isWordLike } of words.segment(rest.slice(start))) {
    if (/^\s/.test(segment) || (inWord && isWordLike === true)) break;
    inWord ||= isWordLike === true;
    end = start + index + segment.length;
  }
  return end === start ? '' : rest.slice(0, end);
}

function nextSentence(rest: string): string {
  const body = rest.trimStart();
  const first = sentences(body).next();
  if (first.done === true) return '';
  return rest.slice(0, rest.length - body.length) + body.slice(0, first.value.to).trimEnd();
}
