import type { Edit } from '../../../shared/api/index.ts';

export type LineEnd = '\n' | '\r\n' | '\r';

/** The line ends of a file: all alike, or one for each break where they are mixed. */
export type LineEnds =
  | { readonly kind: 'alike'; readonly end: LineEnd }
  | { readonly kind: 'mixed'; readonly usual: LineEnd; readonly ends: LineEnd[] };

const breaks = /\r\n|\r|\n/g;

/** Takes the line ends out of a file's text: what remains has \n alone. */
export function splitLineEnds(raw: string): { text: string; lineEnds: LineEnds } {
  if (!raw.includes('\r')) return { text: raw, lineEnds: { kind: 'alike', end: '\n' } };
  const ends = raw.match(breaks) as LineEnd[];
  const first = ends[0]!;
  const text = raw.replace(/\r\n?/g, '\n');
  if (ends.every((end) => end === first)) return { text, lineEnds: { kind: 'alike', end: first } };
  const count = (end: LineEnd): number => ends.reduce((n, e) => n + Number(e === end), 0);
  const usual = (['\n', '\r\n', '\r'] as const).reduce((a, b) => (count(b) > count(a) ? b : a));
  return { text, lineEnds: { kind: 'mixed', usual, ends } };
}

/** Puts the line ends back. */
export function joinLineEnds(text: string, lineEnds: LineEnds): string {
  if (lineEnds.kind === 'alike') {
    return lineEnds.end === '\n' ? text : text.replaceAll('\n', lineEnds.end);
  }
  let i = 0;
  return text.replaceAll('\n', () => lineEnds.ends[i++] ?? lineEnds.usual);
}

const countBreaks = (text: string, from: number, to: number): number => {
  let n = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) n++;
  return n;
};

/**
 * The line ends after edits to `text` (the text before them). Breaks that are not touched keep theirs;
 * new ones get the usual one.
 */
export function editLineEnds(lineEnds: LineEnds, text: string, edits: readonly Edit[]): LineEnds {
  if (lineEnds.kind === 'alike') return lineEnds;
  const ends: LineEnd[] = [];
  let old = 0;
  let at = 0;
  for (const { from, to, insert } of edits) {
    const kept = countBreaks(text, at, from);
    for (let i = 0; i < kept; i++) ends.push(lineEnds.ends[old + i] ?? lineEnds.usual);
    const removed = countBreaks(text, from, to);
    const added = countBreaks(insert, 0, insert.length);
    // A replaced stretch with as many breaks as before keeps them: words changed, not lines.
    for (let i = 0; i < added; i++) {
      ends.push(
        added === removed ? (lineEnds.ends[old + kept + i] ?? lineEnds.usual) : lineEnds.usual,
      );
    }
    old += kept + removed;
    at = to;
  }
  return { ...lineEnds, ends: ends.concat(lineEnds.ends.slice(old)) };
}

/**
 * The line ends of a text that replaces another as a whole: what both begin and end with keeps its own.
 */
export function replaceLineEnds(lineEnds: LineEnds, before: string, after: string): LineEnds {
  return lineEnds.kind === 'alike'
    ? lineEnds
    : editLineEnds(lineEnds, before, [differenceOf(before, after)]);
}

/** The one edit that makes `after` of `before`. */
export function differenceOf(before: string, after: string): Edit {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let same = 0;
  while (
    same < most - from &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  ) {
    same++;
  }
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}
