/** Draws the suggestion at the caret, and tells the page and the screen reader about it. */
import type { Extension } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type ViewUpdate } from '@codemirror/view';
import type { GhostState } from '../types.ts';
import { follow } from './follow.ts';
import {
  abandoned,
  accepted,
  cycle,
  dismiss,
  ghostField,
  headOf,
  shownToPage,
  visible,
} from './state.ts';

type Shown = Extract<GhostState, { kind: 'shown' }>;

/** Text that is not in the document, flowing on from the caret as prose. */
class GhostWidget extends WidgetType {
  readonly shown: Shown;

  constructor(shown: Shown) {
    super();
    this.shown = shown;
  }

  override eq(other: GhostWidget): boolean {
    const { text, count, alternative, streaming } = this.shown;
    const { shown } = other;
    return (
      text === shown.text &&
      count === shown.count &&
      alternative === shown.alternative &&
      streaming === shown.streaming
    );
  }

  override toDOM(view: EditorView): HTMLElement {
    const dom = document.createElement('span');
    const text = dom.appendChild(document.createElement('span'));
    const chip = dom.appendChild(document.createElement('button'));
    text.className = 'cm-ghost-text';
    text.dir = 'auto';
    // The live region reads it once; a reader going through the page must not take it for the text.
    text.ariaHidden = 'true';
    chip.className = 'cm-ghost-chip';
    chip.type = 'button';
    chip.tabIndex = -1;
    // A press must not take the focus or move the caret: both would end the suggestion.
    dom.addEventListener('mousedown', (event) => event.preventDefault());
    chip.addEventListener('click', () => view.dispatch({ effects: cycle.of(1) }));
    this.#fill(dom, text, chip);
    return dom;
  }

  override updateDOM(dom: HTMLElement): boolean {
    const [text, chip] = dom.children;
    this.#fill(dom, text as HTMLElement, chip as HTMLButtonElement);
    return true;
  }

  #fill(dom: HTMLElement, text: HTMLElement, chip: HTMLButtonElement): void {
    const { alternative, count, streaming } = this.shown;
    dom.className = streaming ? 'cm-ghost cm-ghost-streaming' : 'cm-ghost';
    text.textContent = this.#text;
    chip.hidden = count < 2;
    chip.textContent = `${alternative + 1}/${count}`;
    chip.ariaLabel = `${alternative + 1}/${count}, show the next suggestion`;
  }

  get #text(): string {
    return this.shown.text.trimEnd();
  }

  override get lineBreaks(): number {
    return this.#text.split('\n').length - 1;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const decoration = EditorView.decorations.compute([ghostField], (state) => {
  const shown = visible(state);
  const page = shownToPage(state.field(ghostField));
  if (shown === null || page.kind === 'none') return Decoration.none;
  const widget = Decoration.widget({ widget: new GhostWidget(page), side: 1 });
  return Decoration.set(widget.range(headOf(shown.suggestion)));
});

/**
 * Ends the suggestion where the text is no longer what the writer looks at, or is being composed. What acts
 * on a suggestion (the desk, the palette) has `data-with-suggestion` and leaves it in sight.
 */
const ending = EditorView.domEventHandlers({
  blur: ({ relatedTarget }, view) =>
    relatedTarget instanceof Element && relatedTarget.closest('[data-with-suggestion]') !== null
      ? false
      : dismissIn(view),
  compositionstart: (_event, view) => dismissIn(view),
});

function dismissIn(view: EditorView): false {
  if (view.state.field(ghostField).current !== null) view.dispatch({ effects: dismiss.of(null) });
  return false;
}

export interface GhostCallbacks {
  stop(request: string): void;
  accepted(request: string, text: string): void;
  ghostChanged(state: GhostState): void;
}

/** The suggestion's picture and its news. `announce` is told each finished suggestion once. */
export function ghostView(
  callbacks: GhostCallbacks,
  announce: (view: EditorView, text: string) => void,
): Extension {
  let announced = '';
  const tell = (update: ViewUpdate) => {
    const before = update.startState.field(ghostField);
    const after = update.state.field(ghostField);
    for (const transaction of update.transactions) {
      const taken = transaction.annotation(accepted);
      if (taken !== undefined) callbacks.accepted(taken.request, taken.text);
    }
    if (before === after) return;
    const pointless = abandoned(before, after);
    if (pointless !== null) callbacks.stop(pointless);
    const state = shownToPage(after);
    callbacks.ghostChanged(state);
    if (state.kind === 'shown' && !state.streaming && announced !== state.request) {
      announced = state.request;
      announce(update.view, state.text.trim());
    }
  };
  // A listener, as the page may answer with a change of its own.
  return [decoration, ending, EditorView.updateListener.of(tell), follow];
}
