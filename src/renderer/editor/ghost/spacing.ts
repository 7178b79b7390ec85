/** Spaces where a suggestion meets the text around it: pure functions from strings to strings. */

/** How much of the text before a suggestion decides its first characters. */
export const CONTEXT = 8;

const blank = /^\s*$/;
const opening = /[([{“‘«„‚‹¿¡]$/u;

/**
 * The suggestion as it fits behind `before` (its last CONTEXT characters; shorter at the start of a text).
 * It never doubles a space or opens a third line, and parts a new sentence from the one before. Letters
 * behind letters stay together: a voice may well finish the word that the writer began. Text that is only
 * space so far gives "", so that each piece that streams in extends what the pieces before it gave.
 */
export function fitStart(before: string, text: string): string {
  if (blank.test(text)) return '';
  const body = text.trimStart();
  const lead = text.slice(0, text.length - body.length);
  const breaks = count(lead, '\n');
  if (before === '' || before.endsWith('\n')) {
    const there = before === '' ? 2 : count(/\n*$/.exec(before)![0], '\n');
    return '\n'.repeat(Math.max(0, Math.min(breaks, 2 - there))) + body;
  }
  if (breaks > 0) return '\n'.repeat(Math.min(breaks, 2)) + body;
  if (/\s$/.test(before) || opening.test(before)) return body;
  if (lead !== '') return lead[0]! + body;
  return wantsSpace(before, body) ? ` ${body}` : body;
}

/** Whether a suggestion that brings no space of its own needs one behind `before`. */
function wantsSpace(before: string, body: string): boolean {
  if (/[,;!?”»)]$/.test(before)) return /^[\p{L}“«„]/u.test(body);
  // "U.S." and "example.com" go on as they are; "the end.She" does not.
  return /\p{L}{2}\.$/u.test(before) && /^[\p{Lu}“«„]/u.test(body);
}

/**
 * What belongs between accepted text and the text `after` it. It depends on that alone, so that taking
 * a suggestion in pieces gives what taking it at once gives.
 */
export function padAfter(after: string): '' | ' ' {
  return /^[\p{L}\p{N}“‘«„‹([{*_]/u.test(after) ? ' ' : '';
}

const count = (text: string, character: string): number => text.split(character).length - 1;
