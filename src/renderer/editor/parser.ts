/** The Markdown of prose, read anew at each key in a fraction of a millisecond, however long the text is. */
import { commonmarkLanguage } from '@codemirror/lang-markdown';
import {
  Parser,
  TreeFragment,
  type Input,
  type PartialParse,
  type SyntaxNode,
} from '@lezer/common';
import type { MarkdownParser } from '@lezer/markdown';

/**
 * CommonMark without what surprises in prose: a line of hyphens under a paragraph is a scene break and no
 * heading, an indented paragraph is no code, and "<" is a mark like any other.
 */
const commonMark = (commonmarkLanguage.parser as MarkdownParser).configure({
  remove: ['SetextHeading', 'IndentedCode', 'HTMLBlock', 'HTMLTag', 'LinkReference'],
});

/** Characters of the first piece. */
const SHORTEST = 4096;

/**
 * The same fragment in pieces, each as long as all before it, which begin where blocks do.
 *
 * Blocks of the tree before come to us in groups, so that few have to be taken over; but of one fragment the
 * parser takes none larger than a quarter of the text before that fragment, to keep the tree in balance. What
 * stands before an edit would thus be taken over block by block: 3,290 of a text of a megabyte.
 */
function* piecesOf(fragment: TreeFragment): Generator<TreeFragment> {
  const { to, tree, offset, openStart, openEnd } = fragment;
  let { from } = fragment;
  const piece = (end: number, open: boolean): TreeFragment =>
    new TreeFragment(from, end, tree, offset, from === fragment.from && openStart, open);
  for (;;) {
    const half = Math.max(SHORTEST, 2 * from);
    if (half >= to) break;
    const block: SyntaxNode | null = tree.topNode.childBefore(half + offset);
    const end = block === null ? 0 : block.from - offset;
    // One block, such as a list, may reach across all of it.
    if (end <= from + 1) break;
    yield piece(end, false);
    // A fragment is asked for from the line break on that stands before a block.
    from = end - 1;
  }
  yield piece(to, openEnd);
}

class ProseParser extends Parser {
  override createParse(
    input: Input,
    fragments: readonly TreeFragment[],
    ranges: readonly { from: number; to: number }[],
  ): PartialParse {
    const pieces = fragments.flatMap((fragment) => [...piecesOf(fragment)]);
    return commonMark.createParse(input, pieces, ranges);
  }
}

export const proseParser: Parser = new ProseParser();
