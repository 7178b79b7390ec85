/**
 * The caret and the selection, drawn over and under the text as CodeMirror's drawSelection does, at a smaller cost
 * for each key: the caret has a layer of its own and moves by a transform, so neither style nor layout of anything
 * else follows it. It does not blink.
 */
import { EditorSelection, Prec, type Extension } from '@codemirror/state';
import { EditorView, layer, RectangleMarker, type LayerMarker } from '@codemirror/view';

/** Where the caret stands, in pixels of the scrolled text. */
class Caret implements LayerMarker {
  readonly #x: number;
  readonly #y: number;
  readonly #height: number;

  constructor({ left, top, height }: RectangleMarker) {
    // Between two pixels it would be blurred.
    const whole = (pixels: number): number =>
      Math.round(pixels * devicePixelRatio) / devicePixelRatio;
    this.#x = whole(left);
    this.#y = whole(top);
    this.#height = whole(height);
  }

  eq(other: Caret): boolean {
    return this.#x === other.#x && this.#y === other.#y && this.#height === other.#height;
  }

  draw(): HTMLElement {
    const element = document.createElement('div');
    element.className = 'cm-caret';
    this.update(element);
    return element;
  }

  update(element: HTMLElement): boolean {
    element.style.transform = `translate(${this.#x}px, ${this.#y}px)`;
    const height = `${this.#height}px`;
    if (element.style.height !== height) element.style.height = height;
    return true;
  }
}

const caretLayer = layer({
  above: true,
  class: 'cm-caretLayer',
  markers(view) {
    const { head, assoc, empty } = view.state.selection.main;
    const at = empty ? view.state.selection.main : EditorSelection.cursor(head, assoc);
    return RectangleMarker.forRange(view, '', at).map((place) => new Caret(place));
  },
  update: (update) => update.docChanged || update.selectionSet,
});

const selectionLayer = layer({
  above: false,
  class: 'cm-selectionLayer',
  markers(view) {
    const { main } = view.state.selection;
    return main.empty ? [] : RectangleMarker.forRange(view, 'cm-selectionBackground', main);
  },
  update: (update) => update.docChanged || update.selectionSet || update.viewportChanged,
});

const native = Prec.highest(
  EditorView.theme({
    '.cm-content, .cm-line': { caretColor: 'transparent !important' },
    '.cm-line::selection, .cm-line ::selection': { backgroundColor: 'transparent !important' },
  }),
);

const look = EditorView.theme({
  '.cm-caretLayer': { pointerEvents: 'none' },
  '.cm-caret': {
    left: '-1px',
    top: '0',
    width: '2px',
    borderRadius: '1px',
    background: 'var(--caret)',
  },
  '&:not(.cm-focused) .cm-caret': { opacity: '0.35' },
  '.cm-selectionLayer .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    { background: 'var(--selection)' },
  '@media (forced-colors: active)': {
    '.cm-caret': { forcedColorAdjust: 'none', background: 'CanvasText' },
    '.cm-selectionBackground': { forcedColorAdjust: 'none', background: 'Highlight !important' },
  },
});

export const drawnSelection: Extension = [caretLayer, selectionLayer, native, look];
