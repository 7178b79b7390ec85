/** One editor for all documents: it shows one of them and keeps the states of the others. */
import { isolateHistory } from '@codemirror/commands';
import {
  Compartment,
  EditorSelection,
  EditorState,
  type StateEffect,
  type Transaction,
} from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { noMarks, type Edit, type Marks, type Settings } from '../../shared/api/index.ts';
import { marksOf, noRuns, runsAfter, runsOf } from '../../shared/provenance/index.ts';
import { baseExtensions, commandsOf, configured, documentExtensions } from './extensions.ts';
import {
  accept,
  append,
  beginning,
  CONTEXT,
  dismiss,
  end,
  fitStart,
  ghostField,
  padAfter,
} from './ghost/index.ts';
import { external, origin as originOfChange, restored } from './origin.ts';
import { marking, provenanceField, setRuns, taking } from './provenance/index.ts';
import type {
  CreateEditor,
  Editor,
  EditorCallbacks,
  EditorCommand,
  EditorText,
  Ghost,
  Origin,
  Written,
} from './types.ts';
import { undoHistoryOf, withUndoHistory } from './undo.ts';

/** A document that is not shown: its text and history, and where the view was. */
interface Kept {
  readonly state: EditorState;
  readonly scroll: StateEffect<unknown>;
}

/** Where no document is shown. */
const NOTHING: EditorText = {
  path: '',
  text: '',
  marks: noMarks,
  readOnly: true,
  caret: 0,
  top: 0,
  undo: null,
};

export const createEditor: CreateEditor = (parent, options) => new ProseEditor(parent, options);

class ProseEditor implements Editor {
  readonly ghost: Ghost;
  readonly #view: EditorView;
  readonly #callbacks: EditorCallbacks;
  readonly #commands: ReturnType<typeof commandsOf>;
  readonly #base: ReturnType<typeof baseExtensions>;
  readonly #settings = new Compartment();
  readonly #document = new Compartment();
  readonly #kept = new Map<string, Kept>();
  #configured: ReturnType<typeof configured>;
  #path: string | null = null;

  constructor(parent: HTMLElement, { settings, callbacks, nonce }: Parameters<CreateEditor>[1]) {
    this.#callbacks = callbacks;
    this.#commands = commandsOf(callbacks);
    this.#base = baseExtensions(callbacks, nonce);
    this.#configured = configured(settings, callbacks, this.#commands);
    this.#view = new EditorView({ parent, state: this.#stateOf(NOTHING) });
    this.ghost = this.#makeGhost();
  }

  show({ path, text, marks, readOnly, caret, top, undo }: EditorText): void {
    this.#leave();
    const kept = this.#kept.get(path);
    this.#kept.delete(path);
    const before = kept?.state ?? this.#stateOf({ path, text, readOnly, caret, undo });
    const changed = replacement(before, text)?.state ?? before;
    const anchor = Math.min(caret, changed.doc.length);
    const moves = !kept && changed.selection.main.head !== anchor;
    // Settings may have changed while it was away.
    const state = changed.update({
      ...(moves ? { selection: { anchor } } : {}),
      effects: [
        this.#settings.reconfigure(this.#configured),
        this.#document.reconfigure(documentExtensions(path, readOnly)),
        ...(kept ? [] : [setRuns.of(runsOf(marks))]),
      ],
    }).state;
    this.#path = path;
    this.#view.setState(state);
    const start = EditorView.scrollIntoView(Math.min(top, state.doc.length), {
      y: 'start',
      yMargin: 0,
    });
    this.#view.dispatch({ effects: kept?.scroll ?? start });
  }

  replaceText(path: string, text: string, marks?: Marks): void {
    if (path === this.#path) {
      const change = replacement(this.#view.state, text, marks);
      if (change) this.#view.dispatch(change);
      return;
    }
    const kept = this.#kept.get(path);
    if (kept) {
      const state = replacement(kept.state, text, marks)?.state ?? kept.state;
      this.#kept.set(path, { ...kept, state });
    }
  }

  renamed(from: string, to: string): void {
    const kept = this.#kept.get(from);
    if (kept) {
      this.#kept.delete(from);
      this.#kept.set(to, kept);
    }
    if (this.#path !== from) return;
    this.#path = to;
    const { readOnly } = this.#view.state;
    this.#view.dispatch({ effects: this.#document.reconfigure(documentExtensions(to, readOnly)) });
  }

  undoHistory(path: string): string | null {
    const state = path === this.#path ? this.#view.state : this.#kept.get(path)?.state;
    return state ? undoHistoryOf(state) : null;
  }

  forget(path: string): void {
    this.#kept.delete(path);
    if (this.#path !== path) return;
    this.#endGhost();
    this.#path = null;
    this.#view.setState(this.#stateOf(NOTHING));
  }

  text(): string {
    return this.#view.state.doc.toString();
  }

  marks(): Marks {
    return marksOf(this.#view.state.field(provenanceField));
  }

  caret(): number {
    return this.#view.state.selection.main.head;
  }

  insert(pieces: readonly Written[], origin: Origin): void {
    const { state } = this.#view;
    const text = pieces.map((piece) => piece.text).join('');
    if (state.readOnly) return;
    const { from, to } = state.selection.main;
    const fitted = fitStart(state.sliceDoc(Math.max(0, from - CONTEXT), from), text).trimEnd();
    const pad = padAfter(state.sliceDoc(to, to + 2));
    this.#view.dispatch({
      changes: { from, to, insert: fitted + pad },
      selection: { anchor: from + fitted.length },
      effects: takings(state, from, fitted, pieces),
      annotations: [originOfChange.of(origin), isolateHistory.of('full')],
      userEvent: 'input.insert',
      scrollIntoView: true,
    });
  }

  restore(edits: readonly Edit[], snapshot: string): void {
    const { state } = this.#view;
    if (state.readOnly) return;
    this.#view.dispatch({
      changes: edits.map(({ from, to, insert }) => ({ from, to, insert: state.toText(insert) })),
      effects: marking(marksOf(runsAfter(noRuns, edits))),
      annotations: [originOfChange.of('other'), restored.of(snapshot), isolateHistory.of('full')],
      userEvent: 'input.restore',
    });
  }

  reveal(from: number, to: number): void {
    const { length } = this.#view.state.doc;
    const anchor = Math.min(from, length);
    this.#view.dispatch({
      selection: { anchor, head: Math.min(to, length) },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    });
  }

  run(command: EditorCommand): boolean {
    // Whoever presses a button means it, however young the suggestion is.
    return (command === 'acceptAll' ? accept('all') : this.#commands[command])(this.#view);
  }

  configure(settings: Settings): void {
    this.#configured = configured(settings, this.#callbacks, this.#commands);
    this.#view.dispatch({ effects: this.#settings.reconfigure(this.#configured) });
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#endGhost();
    this.#view.destroy();
  }

  /** With `undo` it has the text that the history belongs to, which may be an older one. */
  #stateOf({ path, text, readOnly, caret, undo }: Omit<EditorText, 'top' | 'marks'>): EditorState {
    const extensions = [
      this.#settings.of(this.#configured),
      this.#document.of(documentExtensions(path, readOnly)),
      this.#base,
    ];
    const at = (doc: string) => ({
      doc,
      selection: EditorSelection.single(Math.min(caret, doc.length)),
      extensions,
    });
    const known = undo && withUndoHistory(at(undo.text ?? text), undo.history);
    return known ?? EditorState.create(at(text));
  }

  #leave(): void {
    this.#endGhost();
    if (this.#path === null) return;
    this.#kept.set(this.#path, { state: this.#view.state, scroll: this.#view.scrollSnapshot() });
  }

  #endGhost(): void {
    if (this.#view.state.field(ghostField).current === null) return;
    this.#view.dispatch({ effects: dismiss.of(null) });
  }

  #makeGhost(): Ghost {
    return {
      begin: (request, at) => {
        const { selection, readOnly } = this.#view.state;
        const { main, ranges } = selection;
        const here = main.empty && main.head === at && ranges.length === 1;
        // It was asked for another place, or what is typed now is not yet text.
        if (!here || readOnly || this.#view.composing) this.#callbacks.stop(request);
        else this.#view.dispatch(beginning(request, at));
      },
      append: (request, alternative, text) => {
        if (this.#view.state.field(ghostField).current?.request !== request) return;
        const now = performance.now();
        this.#view.dispatch({ effects: append.of({ request, alternative, text, now }) });
      },
      end: (request) => {
        if (this.#view.state.field(ghostField).current?.request !== request) return;
        this.#view.dispatch({ effects: end.of(request) });
      },
      dismiss: () => this.#endGhost(),
    };
  }
}

/** The marks of what voices wrote of the pieces, which stand at `at` as `fitted`. */
function takings(state: EditorState, at: number, fitted: string, pieces: readonly Written[]) {
  const whole = pieces.map(({ text }) => text).join('');
  const leadOf = (text: string): number => text.length - text.trimStart().length;
  // Only the spaces before and behind all of it are another ones now.
  let place = leadOf(fitted) - leadOf(whole);
  return pieces.flatMap(({ text, passage }) => {
    const from = Math.max(0, place + leadOf(text));
    place += text.length;
    const words = fitted.slice(from, Math.max(from, place)).trimEnd();
    return passage === null || words === '' ? [] : [taking(state, at + from, words, passage)];
  });
}

/** The change that makes the text of a state another one: only what differs, and the caret stays put. */
function replacement(state: EditorState, text: string, marks?: Marks): Transaction | null {
  const before = state.doc.toString();
  const effects = marks ? setRuns.of(runsOf(marks)) : [];
  if (before === text) return marks ? state.update({ effects }) : null;
  const most = Math.min(before.length, text.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === text.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === text.charCodeAt(text.length - 1 - end)
  ) {
    end++;
  }
  const { head } = state.selection.main;
  const inside = head > start && head < before.length - end;
  return state.update({
    changes: {
      from: start,
      to: before.length - end,
      insert: state.toText(text.slice(start, text.length - end)),
    },
    ...(inside ? { selection: { anchor: samePlace(before, head, text) } } : {}),
    effects,
    annotations: [external.of(true), isolateHistory.of('full')],
    filter: false,
  });
}

/** Where in `text` the words stand that stood before `head`; as far from its start where they are gone. */
function samePlace(before: string, head: number, text: string): number {
  for (const size of [48, 24, 12]) {
    const words = before.slice(Math.max(0, head - size), head);
    const later = text.indexOf(words, Math.max(0, head - words.length));
    const earlier = text.lastIndexOf(words, head);
    const places = [later, earlier].filter((place) => place >= 0).map((p) => p + words.length);
    places.sort((a, b) => Math.abs(a - head) - Math.abs(b - head));
    if (places[0] !== undefined) return places[0];
  }
  return Math.min(head, text.length);
}
