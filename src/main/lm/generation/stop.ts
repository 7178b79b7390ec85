import type { Length } from './settings.ts';

const abbreviation =
  /(?:^|[\s("'“‘])(?:Mr|Mrs|Ms|Dr|St|Prof|Rev|Hon|Sr|Jr|Capt|Col|Gen|Lt|Sgt|vs|etc|e\.g|i\.e|No|\p{Lu})\.$/u;
const sentenceEnd = /[.!?…。！？]+["'”’»)\]]*(?=\s)|[。！？]["'”’»」』)\]]*(?=.)/gu;
const phraseEnd = /[,;:—–.!?…、，；。！？]+["'”’»)\]]*(?=[\s\p{L}])/gu;
const word = /[\p{L}\p{N}\p{M}]+(?:['’‐-][\p{L}\p{N}\p{M}]+)*/gu;

const words = (text: string): number => text.match(word)?.length ?? 0;

function firstSentenceEnd(text: string): number | null {
  for (const match of text.matchAll(sentenceEnd)) {
    const end = match.index + match[0].length;
    if (words(text.slice(0, end)) === 0) continue;
    if (match[0] === '.' && abbreviation.test(text.slice(0, end))) continue;
    return end;
  }
  return null;
}

/** Where `text` is complete for `length`, or null while it is not. What follows the end is needed to know. */
export function endOf(text: string, length: Length): number | null {
  if (length.kind === 'words') {
    let n = 0;
    for (const match of text.matchAll(word)) {
      const end = match.index + match[0].length;
      if (++n < length.count || end === text.length) continue;
      // The marks that belong to the last word stay with it.
      const marks = /^[.,;:!?…"'”’»)\]]*/u.exec(text.slice(end))?.[0].length ?? 0;
      return end + marks < text.length ? end + marks : null;
    }
    return null;
  }
  if (length.kind === 'paragraph') {
    const start = text.length - text.trimStart().length;
    const end = text.indexOf('\n', start);
    return end < 0 || end === start ? null : end;
  }
  const paragraph = endOf(text, { kind: 'paragraph' });
  if (length.kind === 'sentence') return firstSentenceEnd(text) ?? paragraph;
  for (const match of text.matchAll(phraseEnd)) {
    const end = match.index + match[0].length;
    if (words(text.slice(0, end)) >= 3) return end;
  }
  return paragraph;
}

/** The last clean boundary of an unfinished text: a sentence's end, else a word's. */
export function lastBoundary(text: string): number {
  let end = 0;
  for (const match of `${text} `.matchAll(sentenceEnd)) {
    const at = match.index + match[0].length;
    if (!(match[0] === '.' && abbreviation.test(text.slice(0, at)))) end = at;
  }
  if (end > 0) return end;
  const space = text.trimEnd().search(/\s\S*$/u);
  return space > 0 ? space : text.length;
}

/** Where the first stop text begins; and from where on the text could still become one. */
export function stopAt(
  text: string,
  stopTexts: readonly string[],
): { found: number | null; certain: number } {
  let found: number | null = null;
  let certain = text.length;
  for (const stop of stopTexts) {
    const at = text.indexOf(stop);
    if (at >= 0 && (found === null || at < found)) found = at;
    for (let n = Math.min(stop.length - 1, text.length); n > 0; n--) {
      if (text.endsWith(stop.slice(0, n))) {
        certain = Math.min(certain, text.length - n);
        break;
      }
    }
  }
  return { found, certain };
}
