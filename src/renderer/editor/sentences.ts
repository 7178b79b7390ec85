/** Sentences as a reader sees them: the platform's segmenter, put right about abbreviations. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** The segmenter ends a sentence behind each of these, and behind initials ("J. S. Bach"). */
const goesOn =
  /(?:^|[^\p{L}\p{N}])(?:\p{Lu}|Mr|Mrs|Ms|Mme|Mlle|Dr|St|Prof|Capt|Col|Gen|Lt|Sgt|Rev|Hr|Fr|vs|cf|bzw|ca)\.\s*$/u;

/** The sentences of one paragraph in order, each with the spaces behind it; together they are the text. */
export function* sentences(text: string): Generator<Span, undefined> {
  let from = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    const to = index + segment.length;
    // "“No!” she cried" is one.
    if (/^\p{Ll}/u.test(text.slice(to, to + 2))) continue;
    if (to < text.length && goesOn.test(text.slice(Math.max(from, to - 12), to))) continue;
    yield { from, to };
    from = to;
  }
  if (from < text.length) yield { from, to: text.length };
  return undefined;
}
