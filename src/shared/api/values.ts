import * as v from 'valibot';

export const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));
export const real = (least: number, most: number) =>
  v.pipe(v.number(), v.finite(), v.minValue(least), v.maxValue(most));
export const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
export const nothing = v.strictObject({});

/** Largest text that crosses the boundary in one piece, in UTF-16 code units. */
export const MOST_TEXT = 1 << 26;

/**
 * A document or folder by its place in the library: segments joined by "/", no "." or "..", no
 * backslash, no control characters. The library itself is "". Other programs use names that
 * Understudy would not give, such as "Part 1: Fog.md".
 */
export const libraryPath = v.pipe(
  text(4096),
  v.check((path) => path === '' || path.split('/').every(isSegment), 'not a path in the library'),
);
/** The same, but not the library itself. */
export const entryPath = v.pipe(libraryPath, v.minLength(1));

/** A name that a writer chose for a file, folder or voice; the host says what is wrong with one it refuses. */
export const entryName = v.pipe(text(255), v.trim(), v.minLength(1));

const isSegment = (name: string): boolean =>
  name !== '' &&
  name !== '.' &&
  name !== '..' &&
  name.length <= 255 &&
  !/[\0-\x1f\x7f\\/]/.test(name);

/** Files that are dropped in at once: a Scrivener project has many. */
export const MOST_FILES = 5000;
/** Bytes of all of them together. */
export const MOST_BYTES = 250 << 20;

/** Bytes of a piece of a file: a multiple of three, which base64 does not pad. */
export const MOST_PIECE = 3 << 18;
/** Pieces of files, by their number, that cross the boundary together. */
export const MOST_PIECES = 500;
/** Letters of base64 of all of them: less than a whole piece and then a whole one, and what each is padded with. */
const MOST_TOGETHER = (MOST_PIECE / 3) * 8 + MOST_PIECES * 4;
export const piecesSchema = v.pipe(
  v.array(
    v.strictObject({
      file: whole(0, MOST_FILES - 1),
      bytes: v.pipe(text((MOST_PIECE / 3) * 4), v.base64()),
    }),
  ),
  v.maxLength(MOST_PIECES),
  v.check((pieces) => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) <= MOST_TOGETHER),
);

/** Bytes of a file that was dropped in, as base64: it crosses every kind of boundary. */
export const bytes = v.pipe(text(400 << 20), v.base64());

/** The name of a voice that is there. */
export const voiceName = v.pipe(
  entryName,
  v.check((name) => isSegment(name) && !name.includes(':'), 'not the name of a voice'),
);
export const seed = whole(0, 2 ** 32 - 1);
