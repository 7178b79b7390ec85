/** Markdown as the writer types: what is meant is shown, its marks stay and step back. */
import { commonmarkLanguage, insertNewlineContinueMarkup } from '@codemirror/lang-markdown';
import { Language, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import type { Extension, Range } from '@codemirror/state';
import {
  Decoration,
  keymap,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import { tagHighlighter, tags } from '@lezer/highlight';
import type { MarkdownParser } from '@lezer/markdown';

/**
 * CommonMark without what surprises in prose: a line of hyphens under a paragraph is a scene break and no
 * heading, an indented paragraph is no code, and "<" is a mark like any other.
 */
const parser = (commonmarkLanguage.parser as MarkdownParser).configure({
  remove: ['SetextHeading', 'IndentedCode', 'HTMLBlock', 'HTMLTag', 'LinkReference'],
});

// It shares CommonMark's language data: by that, the command behind Enter knows Markdown.
const prose = new Language(commonmarkLanguage.data, parser, [], 'markdown');

const highlighter = tagHighlighter([
  { tag: tags.emphasis, class: 'cm-em' },
  { tag: tags.strong, class: 'cm-strong' },
  { tag: tags.monospace, class: 'cm-mono' },
  { tag: [tags.processingInstruction, tags.url, tags.labelName], class: 'cm-mark' },
  { tag: tags.link, class: 'cm-link' },
]);

const line = (className: string) => Decoration.line({ class: className });
const headings = [1, 2, 3, 4, 5, 6].map((level) => line(`cm-heading cm-heading-${level}`));
const sceneBreak = line('cm-scene-break');
const quote = line('cm-quote');
const item = line('cm-item');
const code = line('cm-code');
const speech = line('cm-speech');
const direction = Decoration.line({ attributes: { dir: 'auto' } });
const hanging = Decoration.mark({ class: 'cm-hanging' });

/** Which classes the visible lines carry. Everything here is bounded by what is on the screen. */
function decorate(view: EditorView): DecorationSet {
  const { doc } = view.state;
  const found: Range<Decoration>[] = [];
  const tree = syntaxTree(view.state);
  for (const { from, to } of view.visibleRanges) {
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
        const heading = /^ATXHeading(\d)$/.exec(node.name);
        const start = doc.lineAt(node.from).from;
        if (heading) found.push(headings[Number(heading[1]) - 1]!.range(start));
        else if (node.name === 'HorizontalRule') found.push(sceneBreak.range(start));
        else if (node.name === 'Blockquote') lines(quote, node.from, node.to);
        else if (node.name === 'FencedCode') lines(code, node.from, node.to);
        else if (node.name === 'ListItem') found.push(item.range(start));
        const hangs =
          node.name === 'ListMark' ||
          ((node.name === 'HeaderMark' || node.name === 'QuoteMark') && node.from === start);
        if (hangs) {
          const space = doc.sliceString(node.to, node.to + 1) === ' ' ? 1 : 0;
          found.push(hanging.range(node.from, node.to + space));
        }
      },
    });
  }
  return Decoration.set(found, true);
}

const lines = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update(update: ViewUpdate): void {
      const parsed = syntaxTree(update.state) !== syntaxTree(update.startState);
      if (update.docChanged || update.viewportChanged || parsed) {
        this.decorations = decorate(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export const markdown: Extension = [
  prose,
  syntaxHighlighting(highlighter),
  lines,
  keymap.of([{ key: 'Enter', run: insertNewlineContinueMarkup }]),
];
