import { joinLines } from '../../../shared/join-lines.ts';

/** No line of verse is as long. */
const LONGEST_VERSE = 200;
/** Of the line ends within paragraphs, so many go on where a text was wrapped by hand. */
const WRAPPED = 0.9;
/** Fewer joined lines say nothing about a text. */
const LEAST = 8;

/** What stands by itself: blank, headings, quotes, lists, tables, rules, notes. */
const structural = /^\s*(?:$|#{1,6}\s|>|\||[-+*]\s|\d{1,9}[.)]\s|\[\^|(?:[-_*]\s*){3,}$)/;
const fence = /^\s{0,3}(`{3,}|~{3,})/;
const frontMatter = /^---[ \t]*\n[\s\S]*?\n---[ \t]*(?:\n|$)/;

/** Paragraphs of two lines and more: the first line of each and the one after its last. Code is no text. */
function blocksOf(lines: readonly string[]): (readonly [number, number])[] {
  const blocks: [number, number][] = [];
  let open: string | null = null;
  let from = -1;
  const end = (to: number): void => {
    if (from >= 0 && to - from > 1) blocks.push([from, to]);
    from = -1;
  };
  lines.forEach((line, i) => {
    const mark = fence.exec(line)?.[1];
    if (mark !== undefined && (open === null || mark.startsWith(open))) {
      open = open === null ? mark : null;
      end(i);
    } else if (open !== null || structural.test(line)) {
      end(i);
    } else if (from < 0) {
      from = i;
    }
  });
  end(lines.length);
  return blocks;
}

const indentOf = (line: string): number => /^[ \t]*/.exec(line)![0].replaceAll('\t', '    ').length;

/**
 * Says in Markdown what single line ends of a manuscript mean. The editor shows each as a new line, and so
 * does the book, as far in as the line begins; with two exceptions: a text whose lines were wrapped by
 * hand at one width flows again, and where lines are as long as no verse is, each is a paragraph of its own.
 */
export function settleLines(markdown: string): string {
  const head = frontMatter.exec(markdown)?.[0] ?? '';
  const text = markdown.slice(head.length);
  const lines = text.split('\n');
  const blocks = blocksOf(lines);
  const ends = blocks.reduce((sum, [from, to]) => sum + to - from - 1, 0);
  if (ends === 0) return markdown;

  const joined = joinLines(text);
  if (joined.count >= LEAST && joined.count >= ends * WRAPPED) return head + joined.text;

  let long = 0;
  let all = 0;
  for (const [from, to] of blocks) {
    const block = lines.slice(from, to);
    const length = block.reduce((sum, line) => sum + line.length, 0);
    all += length;
    if (block.some((line) => line.length > LONGEST_VERSE)) long += length;
  }
  for (const [from, to] of blocks) {
    const least = Math.min(...lines.slice(from, to).map(indentOf));
    for (let i = from; i < to; i++) {
      const line = lines[i]!;
      const indent = '\u00a0'.repeat(Math.min(40, indentOf(line) - least));
      if (long * 2 > all) lines[i] = i > from ? `\n${line}` : line;
      else if (indent !== '') lines[i] = indent + line.trimStart();
    }
  }
  return head + lines.join('\n');
}
