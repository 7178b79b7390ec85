/**
 * The look of a comparison: what is gone is struck through, what is new stands over a line, and a bar in
 * the margin marks each difference, so that nobody needs the colours.
 */
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const gone = {
  background: 'var(--gone-wash)',
  color: 'var(--gone)',
  textDecoration: 'line-through',
  textDecorationThickness: '1px',
};
const fresh = {
  background: 'var(--fresh-wash)',
  color: 'var(--fresh)',
  textDecoration: 'underline',
  textDecorationThickness: '2px',
  textUnderlineOffset: '0.2em',
};

export const compareTheme: Extension = EditorView.theme({
  '&.cm-editor': { height: 'auto' },
  '.cm-content': {
    padding: 'var(--s-5) max(2.2em, calc((100% - var(--prose-measure) * 0.83) / 2)) 30vh',
  },
  '.cm-gutters': { background: 'transparent', border: 'none' },
  // CodeMirror's own names for what differs.
  '&.cm-merge-a .cm-changedLine, &.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': {
    background: 'none',
  },
  '&.cm-merge-a .cm-changedText, &.cm-merge-b .cm-deletedText, .cm-deletedChunk .cm-deletedText':
    gone,
  '&.cm-merge-b .cm-changedText': fresh,
  '.cm-deletedChunk': { padding: '0', color: 'var(--gone)' },
  '.cm-deletedLine': { unicodeBidi: 'plaintext' },
  '.cm-insertedLine, .cm-deletedLine, .cm-deletedLine del': { textDecoration: 'none' },
  '.cm-deletedChunk .cm-deletedText': gone,
  '.cm-mergeSpacer': { background: 'none' },
  '.cm-collapsedLines': {
    padding: 'var(--s-2) 0',
    color: 'var(--ink-3)',
    background: 'none',
    font: '400 var(--t-2) / 1.5 var(--font-ui)',
    textAlign: 'center',
  },
  '.cm-line': { position: 'relative' },
  '.cm-difference::before': {
    content: '""',
    position: 'absolute',
    insetBlock: '0.15em',
    insetInlineStart: '-34px',
    width: '3px',
    borderRadius: '2px',
    background: 'var(--line-strong)',
  },
  '.cm-difference-now::before': { width: '6px', background: 'var(--accent)' },
  '.cm-choice': { outline: '1px solid var(--line-strong)', outlineOffset: '2px' },
  '.cm-choice-open': { outline: '2px dashed var(--warn)', background: 'var(--warn-wash)' },
  '@media (forced-colors: active)': {
    '.cm-difference::before': { forcedColorAdjust: 'none', background: 'CanvasText' },
    '.cm-difference-now::before': { background: 'Highlight' },
    '.cm-choice-open': { outlineColor: 'Highlight' },
  },
});
