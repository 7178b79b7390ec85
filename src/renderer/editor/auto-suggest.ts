/** Suggests as the writer pauses, where they chose that. */
import type { Extension } from '@codemirror/state';
import { ViewPlugin, type EditorView, type ViewUpdate } from '@codemirror/view';
import { ghostField } from './ghost/index.ts';
import { originOf } from './origin.ts';

/** Calls `suggest` after `delay` milliseconds without a key, once for each pause in typing. */
export const autoSuggest = (delay: number, suggest: (at: number) => void): Extension =>
  ViewPlugin.define((view) => new Pause(view, delay, suggest));

class Pause {
  #timer = 0;
  readonly #view: EditorView;
  readonly #delay: number;
  readonly #suggest: (at: number) => void;

  constructor(view: EditorView, delay: number, suggest: (at: number) => void) {
    this.#view = view;
    this.#delay = delay;
    this.#suggest = suggest;
  }

  update({ docChanged, selectionSet, focusChanged, transactions }: ViewUpdate): void {
    if (!docChanged && !selectionSet && !focusChanged) return;
    clearTimeout(this.#timer);
    const wrote = transactions.some((each) => each.docChanged && originOf(each) === 'typed');
    if (wrote) this.#timer = window.setTimeout(() => this.#fire(), this.#delay);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  /** Only at the end of a word, with nothing chosen, composed or suggested already. */
  #fire(): void {
    const { state, hasFocus, composing } = this.#view;
    const { head, empty } = state.selection.main;
    const behind = state.sliceDoc(head, head + 1);
    if (!hasFocus || composing || !empty || state.readOnly) return;
    if (state.field(ghostField).current !== null || /\S/.test(behind)) return;
    if (state.sliceDoc(Math.max(0, head - 200), head).trim() === '') return;
    this.#suggest(head);
  }
}
