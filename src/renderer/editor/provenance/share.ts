/** How many words of the text are suggested: counted in slices, a moment after a change. */
import type { Extension } from '@codemirror/state';
import { ViewPlugin, type EditorView, type ViewUpdate } from '@codemirror/view';
import { blocksOf, keptIn, type Block } from '../../../shared/provenance/index.ts';
import { provenanceField } from './state.ts';

const PAUSE = 250;
/** Characters of suggested text counted in one go: a few milliseconds. */
const SLICE = 8_000;

export const share = (tell: (words: number) => void): Extension =>
  ViewPlugin.define((view) => new Share(view, tell));

class Share {
  readonly #view: EditorView;
  readonly #tell: (words: number) => void;
  #blocks: Iterator<Block> | null = null;
  #words = 0;
  #timer = 0;

  constructor(view: EditorView, tell: (words: number) => void) {
    this.#view = view;
    this.#tell = tell;
    this.#begin(0);
  }

  update({ docChanged, startState, state }: ViewUpdate): void {
    const runs = state.field(provenanceField);
    // Where nothing is suggested nothing can change.
    if (runs === startState.field(provenanceField) && (!docChanged || runs.length === 0)) return;
    this.#begin(PAUSE);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #begin(delay: number): void {
    this.#blocks = null;
    this.#words = 0;
    this.#later(delay);
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#step(), delay);
  }

  #step(): void {
    const { doc } = this.#view.state;
    this.#blocks ??= blocksOf(this.#view.state.field(provenanceField));
    const slice = (from: number, to: number): string =>
      doc.sliceString(from, Math.min(doc.length, to));
    for (let counted = 0; counted < SLICE;) {
      const next = this.#blocks.next();
      if (next.done === true) return this.#tell(this.#words);
      this.#words += [...keptIn(next.value, slice)].length;
      counted += next.value.to - next.value.from;
    }
    this.#later(4);
  }
}
