import type { TextConfig } from '../../../shared/config.ts';
import { joinLines } from '../../../shared/join-lines.ts';

/** How often each kind of change was made; for the report. */
export interface Changes {
  /** Line ends that were not \n. */
  readonly lineEnds: number;
  readonly joinedLines: number;
  /** Characters that NFC saved; at least 1 where it changed anything. */
  readonly composed: number;
  readonly lowered: number;
  /** Marks taken out. */
  readonly punctuation: number;
}

export const noChanges = (): Changes => ({
  lineEnds: 0,
  joinedLines: 0,
  composed: 0,
  lowered: 0,
  punctuation: 0,
});

export const addChanges = (a: Changes, b: Changes): Changes => ({
  lineEnds: a.lineEnds + b.lineEnds,
  joinedLines: a.joinedLines + b.joinedLines,
  composed: a.composed + b.composed,
  lowered: a.lowered + b.lowered,
  punctuation: a.punctuation + b.punctuation,
});

/** Matches of a pattern with the flag g, without keeping them. */
function count(text: string, pattern: RegExp): number {
  let n = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) n++;
  return n;
}

/**
 * Prepares text as the writer chose: a byte order mark goes and line ends become \n in any case; the
 * rest is in `config`, and done in its order.
 */
export function normalise(text: string, config: TextConfig): { text: string; changes: Changes } {
  const changes = { ...noChanges() };
  let out = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (out.includes('\r')) {
    changes.lineEnds = count(out, /\r/g);
    out = out.replace(/\r\n?/g, '\n');
  }
  if (config.joinLines) {
    const joined = joinLines(out);
    changes.joinedLines = joined.count;
    out = joined.text;
  }
  if (config.nfc) {
    const composed = out.normalize('NFC');
    if (composed !== out) changes.composed = Math.max(1, out.length - composed.length);
    out = composed;
  }
  if (config.lowerCase) {
    changes.lowered = count(out, /[\p{Lu}\p{Lt}]/gu);
    out = out.toLowerCase();
  }
  if (config.stripPunctuation) {
    const stripped = stripPunctuation(out);
    changes.punctuation = stripped.count;
    out = stripped.text;
  }
  return { text: out, changes };
}

const beforeWord = /^[\p{L}\p{M}\p{N}]/u;
const afterWord = /[\p{L}\p{M}\p{N}]$/u;

/**
 * Takes out marks (Unicode P). An apostrophe inside a word stays; other marks inside words, a dash
 * above all, leave a space, so that the words do not run together. Line breaks stay.
 */
function stripPunctuation(text: string): { text: string; count: number } {
  let gone = 0;
  // A mark alone between spaces, or at the head of a line, takes one side's spaces with it.
  const marks = /^\p{P}+ +| \p{P}+(?= |$)|\p{P}+/gmu;
  const out = text.replace(marks, (run, at: number, whole: string) => {
    const end = at + run.length;
    const inside =
      afterWord.test(whole.slice(Math.max(0, at - 2), at)) &&
      beforeWord.test(whole.slice(end, end + 2));
    if (inside && (run === "'" || run === '’')) return run;
    gone += count(run, /\p{P}/gu);
    return inside ? ' ' : '';
  });
  return { text: out, count: gone };
}
