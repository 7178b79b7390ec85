/** Tells the page of edits at once, and of the caret and the view now and then. */
import type { Extension } from '@codemirror/state';
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { typedWords } from './counts.ts';
import { external, keepBefore, originOf } from './origin.ts';
import { markedEdits } from './provenance/index.ts';
import type { EditorCallbacks } from './types.ts';

const PAUSE = 300;

/** Offset of the first character in view. */
export function topOf(view: EditorView): number {
  const { top, left, width } = view.scrollDOM.getBoundingClientRect();
  return view.posAtCoords({ x: left + width / 2, y: top + 2 }, false);
}

class Reporter {
  #timer = 0;
  readonly #view: EditorView;
  readonly #callbacks: EditorCallbacks;

  constructor(view: EditorView, callbacks: EditorCallbacks) {
    this.#view = view;
    this.#callbacks = callbacks;
  }

  update({ docChanged, selectionSet }: ViewUpdate): void {
    if (docChanged || selectionSet) this.movedSoon();
  }

  /** At most once in a pause, however much moves. */
  movedSoon(): void {
    if (this.#timer !== 0) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.#callbacks.moved(this.#view.state.selection.main.head, topOf(this.#view));
    }, PAUSE);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }
}

const tellEdits =
  (callbacks: EditorCallbacks) =>
  ({ transactions }: ViewUpdate): void => {
    for (const transaction of transactions) {
      if (!transaction.docChanged || transaction.annotation(external) === true) continue;
      const origin = originOf(transaction);
      const words = origin === 'typed' ? typedWords(transaction) : 0;
      callbacks.edited(markedEdits(transaction), origin, words, keepBefore(transaction));
    }
  };

export const reports = (callbacks: EditorCallbacks): Extension => [
  EditorView.updateListener.of(tellEdits(callbacks)),
  ViewPlugin.define((view) => new Reporter(view, callbacks), {
    eventObservers: {
      scroll() {
        this.movedSoon();
      },
    },
  }),
];
