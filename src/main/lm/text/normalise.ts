import type { TextConfig } from '../../../shared/config.ts';

/** How often each kind of change was made; for the report. */
export interface Changes {
  lineEnds: number;
  joinedLines: number;
  composed: number;
  lowered: number;
  punctuation: number;
}

export const noChanges = (): Changes => ({
  lineEnds: 0,
  joinedLines: 0,
  composed: 0,
  lowered: 0,
  punctuation: 0,
});

const structural = /^\s*($|#|>|[-*+•]\s|\d+[.)]\s|\* ?\* ?\*|[-_*]{3,}\s*$)/;
/** A line shorter than this was not wrapped by an editor: verse, a heading, a signature. */
const WRAPPED = 50;

/** Joins lines wrapped by hand: a long line continues in the next unless that one is structural. */
function joinLines(text: string, changes: Changes): string {
  const lines = text.split('\n');
  const out: string[] = [];
  let open = false;
  for (const line of lines) {
    if (open && !structural.test(line)) {
      out[out.length - 1] = `${(out.at(-1) ?? '').trimEnd()} ${line.trimStart()}`;
      changes.joinedLines++;
    } else {
      out.push(line);
    }
    open = !structural.test(line) && line.trimEnd().length >= WRAPPED;
  }
  return out.join('\n');
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * Prepares text as the writer chose: line ends always become \n; the rest is in `config`. Apostrophes
 * inside words stay when punctuation goes.
 */
export function normalise(text: string, config: TextConfig): { text: string; changes: Changes } {
  const changes = noChanges();
  let out = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (out.includes('\r')) {
    changes.lineEnds = count(out, /\r\n?/g);
    out = out.replace(/\r\n?/g, '\n');
  }
  if (config.joinLines) out = joinLines(out, changes);
  if (config.nfc) {
    const composed = out.normalize('NFC');
    if (composed !== out) changes.composed = Math.max(1, out.length - composed.length);
    out = composed;
  }
  if (config.lowerCase) {
    changes.lowered = count(out, /\p{Lu}/gu);
    out = out.toLowerCase();
  }
  if (config.stripPunctuation) {
    out = out.replace(/(?<=\p{L})['’](?=\p{L})|[\p{P}\p{S}]/gu, (mark, offset: number) => {
      const inside =
        (mark === "'" || mark === '’') &&
        /\p{L}/u.test(out[offset - 1] ?? '') &&
        /\p{L}/u.test(out[offset + 1] ?? '');
      if (inside) return mark;
      changes.punctuation++;
      return '';
    });
  }
  return { text: out, changes };
}

const words = /[\p{L}\p{N}\p{M}]+(?:['’‐-][\p{L}\p{N}\p{M}]+)*/gu;

/** Words of a text: runs of letters and digits, with apostrophes and hyphens inside. */
export function countWords(text: string): number {
  let n = 0;
  words.lastIndex = 0;
  while (words.test(text)) n++;
  return n;
}
