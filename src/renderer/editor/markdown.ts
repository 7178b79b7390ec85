/** Markdown as the writer types: what is meant is shown, its marks stay and step back. */
import { commonmarkLanguage, insertNewlineContinueMarkup } from '@codemirror/lang-markdown';
import { Language, syntaxTree } from '@codemirror/language';
import { Prec, type EditorState, type Extension, type Range } from '@codemirror/state';
import {
  Decoration,
  keymap,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { proseParser } from './parser.ts';

// It shares CommonMark's language data: by that, the command behind Enter knows Markdown.
const prose = new Language(commonmarkLanguage.data, proseParser, [], 'markdown');

const line = (className: string) => Decoration.line({ class: className });
const words = (className: string) => Decoration.mark({ class: className });

type ByName = Readonly<Record<string, Decoration>>;
/** Of the line on which a node begins, by the parser's names. */
const firstLine: ByName = {
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((n) => [`ATXHeading${n}`, line(`cm-heading cm-heading-${n}`)]),
  ),
  HorizontalRule: line('cm-scene-break'),
  ListItem: line('cm-item'),
};
/** Of every line of a node. */
const everyLine: ByName = { Blockquote: line('cm-quote'), FencedCode: line('cm-code') };
const mark = words('cm-mark');
/** Of its words. */
const inline: ByName = {
  Emphasis: words('cm-em'),
  StrongEmphasis: words('cm-strong'),
  InlineCode: words('cm-mono'),
  ...Object.fromEntries(
    [
      ...['HeaderMark', 'QuoteMark', 'ListMark', 'EmphasisMark', 'CodeMark', 'CodeInfo'],
      ...['LinkMark', 'LinkLabel', 'LinkTitle', 'URL', 'HardBreak'],
    ].map((name) => [name, mark]),
  ),
};
const link = words('cm-link');
const speech = line('cm-speech');
const direction = Decoration.line({ attributes: { dir: 'auto' } });
const hanging = words('cm-hanging');

/** The words of a link or a picture, without its marks. */
function wordsOf(node: SyntaxNode): { from: number; to: number } | null {
  const [open, close] = node.getChildren('LinkMark');
  return open && close && open.to < close.from ? { from: open.to, to: close.from } : null;
}

/** The classes of lines and words in some ranges: everything here is bounded by what is on the screen. */
export function decorate(
  state: EditorState,
  ranges: readonly { from: number; to: number }[],
): DecorationSet {
  const { doc } = state;
  const found: Range<Decoration>[] = [];
  const tree = syntaxTree(state);
  for (const { from, to } of ranges) {
    for (let at = doc.lineAt(from).from; at <= to; at = doc.lineAt(at).to + 1) {
      found.push(direction.range(at));
      if (/^[“‘„«"]/.test(doc.sliceString(at, at + 1))) found.push(speech.range(at));
    }
    const lines = (decoration: Decoration, start: number, end: number) => {
      const last = Math.min(end, to);
      for (
        let at = doc.lineAt(Math.max(start, from)).from;
        at <= last;
        at = doc.lineAt(at).to + 1
      ) {
        found.push(decoration.range(at));
      }
    };
    tree.iterate({
      from,
      to,
      enter(node) {
        const { name } = node;
        const start = doc.lineAt(node.from).from;
        if (firstLine[name]) found.push(firstLine[name].range(start));
        if (everyLine[name]) lines(everyLine[name], node.from, node.to);
        if (inline[name]) found.push(inline[name].range(node.from, node.to));
        const named = name === 'Link' || name === 'Image' ? wordsOf(node.node) : null;
        if (named) found.push(link.range(named.from, named.to));
        const hangs =
          name === 'ListMark' ||
          ((name === 'HeaderMark' || name === 'QuoteMark') && node.from === start);
        if (hangs) {
          const space = doc.sliceString(node.to, node.to + 1) === ' ' ? 1 : 0;
          found.push(hanging.range(node.from, node.to + space));
        }
      },
    });
  }
  return Decoration.set(found, true);
}

const shown = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view.state, view.visibleRanges);
    }

    update(update: ViewUpdate): void {
      const parsed = syntaxTree(update.state) !== syntaxTree(update.startState);
      if (update.docChanged || update.viewportChanged || parsed) {
        this.decorations = decorate(update.state, update.view.visibleRanges);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export const markdown: Extension = [
  prose,
  // Within what others mark: emphasis keeps its ink where it is in focus.
  Prec.high(shown),
  keymap.of([{ key: 'Enter', run: insertNewlineContinueMarkup }]),
];
