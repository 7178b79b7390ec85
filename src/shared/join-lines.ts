/** Blank lines, Markdown's headings, quotes, lists, rules, fences and tables, and indented lines. */
const structural = /^(?:\s|$|#|>|\||```|~~~|[-+*•–—]\s|\d{1,3}[.)]\s|(?:[-_*=]\s?){3,}$)/;

/** Shorter lines are not wrapped by hand: verse, headings, signatures. */
const SHORTEST = 40;
/** Longer lines are whole paragraphs. */
const LONGEST = 200;

/** The width that lines were wrapped at: 95 of 100 lines of some length are no longer. 0 for none. */
function widthOf(lines: readonly string[]): number {
  const lengths = new Uint32Array(LONGEST + 2);
  let total = 0;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const length = Math.min(line.trimEnd().length, LONGEST + 1);
    if (length < SHORTEST) continue;
    lengths[length]! += 1;
    total++;
  }
  let longer = 0;
  for (let length = LONGEST + 1; length >= SHORTEST; length--) {
    longer += lengths[length]!;
    if (longer > total * 0.05) return length > LONGEST ? 0 : length;
  }
  return 0;
}

/**
 * Joins lines that were wrapped by hand. A line goes on in the next when the next one's first word would
 * not have fitted on it: so blank lines, headings, lists, verse and the short last lines of paragraphs
 * stay as they are.
 */
export function joinLines(text: string): { text: string; count: number } {
  const lines = text.split('\n');
  const width = widthOf(lines);
  if (width === 0) return { text, count: 0 };
  const out: string[] = [];
  let count = 0;
  lines.forEach((line, i) => {
    const next = lines[i + 1];
    if (next === undefined) {
      out.push(line);
      return;
    }
    const end = line.trimEnd();
    const first = /^\S*/.exec(next)?.[0] ?? '';
    const goesOn =
      end.length >= SHORTEST &&
      end.length <= LONGEST &&
      end.length + 1 + first.length > width &&
      !/^(?:#|\||```|~~~)/.test(line) &&
      !structural.test(next);
    if (goesOn) count++;
    out.push(goesOn ? end : line, goesOn ? ' ' : '\n');
  });
  return { text: out.join(''), count };
}
