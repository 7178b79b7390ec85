/// <reference lib="dom" />
/** CodeMirror with Markdown as it comes: what a key in the editor is measured against. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { markdown } from '@codemirror/lang-markdown';
import { defaultHighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { drawSelection, EditorView, keymap } from '@codemirror/view';

declare global {
  interface Window {
    /** Fills the page with it; the caret is at `at`. */
    openPeer: (doc: string, at: number) => void;
  }
}

window.openPeer = (doc, at) => {
  const view = new EditorView({
    doc,
    parent: document.body,
    extensions: [
      history(),
      drawSelection(),
      markdown(),
      syntaxHighlighting(defaultHighlightStyle),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'Text of the peer' }),
      EditorView.theme({
        '&': { height: '100vh' },
        '.cm-scroller': { font: '19px/1.6 serif' },
        '.cm-content': { maxWidth: '36em', margin: '0 auto' },
      }),
    ],
  });
  view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
  view.focus();
};
