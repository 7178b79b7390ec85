import * as v from 'valibot';
import { real, seed, text, whole, MOST_TEXT } from './values.ts';

/** A suggestion of which text was taken: who made it, when, and how. It carries all that is told of it. */
export const passageSchema = v.strictObject({
  id: v.pipe(text(64), v.minLength(1)),
  voice: text(255),
  /** Milliseconds since 1970. */
  at: whole(0, 8_640_000_000_000_000),
  creativity: real(0, 100),
  seed: v.nullable(seed),
});
export type Passage = v.InferOutput<typeof passageSchema>;

/** A stretch of text that a voice suggested, letter for letter. */
export const spanSchema = v.strictObject({
  /** UTF-16 offsets. */
  from: whole(0, MOST_TEXT),
  to: whole(1, MOST_TEXT),
  /** Index of its passage. */
  passage: whole(0, 1_000_000),
  /** Words that were taken of its passage, up to the end of this stretch. */
  taken: whole(0, 10_000_000),
});
export type Span = v.InferOutput<typeof spanSchema>;

const allSchema = v.strictObject({
  passages: v.pipe(v.array(passageSchema), v.maxLength(1_000_000)),
  spans: v.pipe(v.array(spanSchema), v.maxLength(1_000_000)),
});

/** Which stretches of a text are suggested; in order, and apart. */
export type Marks = v.InferOutput<typeof allSchema>;

/** Whether the spans are in order, hold something, and name passages that are there. */
export const areInOrder = ({ passages, spans }: Marks): boolean => {
  let end = 0;
  return spans.every(({ from, to, passage }) => {
    const fits = from >= end && to > from && passage < passages.length;
    end = to;
    return fits;
  });
};

export const marksSchema = v.pipe(
  allSchema,
  v.check(areInOrder, 'spans that overlap, or lead nowhere'),
);

/** Whether something that was kept is marks. */
export const areMarks = (value: unknown): value is Marks => v.is(marksSchema, value);

export const noMarks: Marks = { passages: [], spans: [] };

/** Whether marks lie inside a text of that length. */
export const fitIn = (length: number, marks: Marks | undefined): boolean =>
  (marks?.spans.at(-1)?.to ?? 0) <= length;
