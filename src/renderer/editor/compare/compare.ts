/** Two texts side by side, or one in the other, by CodeMirror's merge view. */
import { history, historyKeymap, isolateHistory, standardKeymap } from '@codemirror/commands';
import {
  Change,
  getOriginalDoc,
  MergeView,
  originalDocChangeEffect,
  unifiedMergeView,
} from '@codemirror/merge';
import {
  Annotation,
  ChangeSet,
  Compartment,
  EditorState,
  type ChangeSpec,
  type Extension,
  type Text,
} from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { caretKept } from '../caret.ts';
import { markdown } from '../markdown.ts';
import { editsOf } from '../origin.ts';
import { proseTheme } from '../prose-theme.ts';
import { drawnSelection } from '../selection.ts';
import { choicesOf, choose, currentChoice, goToChoice, withChoices } from './choices.ts';
import { currentField, marks, setCurrent } from './current.ts';
import { differences, searchDifferences, type Difference } from './differences.ts';
import { hunksOf, type Hunk } from './hunks.ts';
import { textOf } from './merge.ts';
import { inTurns } from './search.ts';
import { compareTheme } from './theme.ts';
import type { Compare, CompareCallbacks, CompareOptions } from './types.ts';

/** The change is known outside. */
const known = Annotation.define<true>();

/** Where in the other text stands what each change puts in, in order. */
const taken = Annotation.define<readonly number[]>();

/** Two texts and what differs between them. */
interface Compared {
  readonly a: string;
  readonly b: string;
  readonly found: readonly Difference[];
}

async function compared(a: string, b: string): Promise<Compared> {
  return { a, b, found: await inTurns(searchDifferences(a, b)) };
}

/**
 * Searches what differs with turns for the page in between, and then shows it. Null where `signal` was aborted
 * meanwhile.
 */
export async function createCompare(
  parent: HTMLElement,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<Compare | null> {
  const { other, own } = options;
  const found = await compared(
    other.text,
    typeof own.text === 'string' ? own.text : textOf(own.text),
  );
  return signal.aborted ? null : new MergeCompare(parent, options, found);
}

class MergeCompare implements Compare {
  readonly #callbacks: CompareCallbacks;
  readonly #label = new Compartment();
  /** Side by side; null where one text holds both. */
  readonly #merge: MergeView | null;
  readonly #single: EditorView | null;
  /** The texts that are shown for the first time, or next. */
  #compared: Compared | null;
  /** Counts the texts that were to be shown on the left. */
  #others = 0;

  constructor(
    parent: HTMLElement,
    { layout, other, own, callbacks, nonce }: CompareOptions,
    found: Compared,
  ) {
    this.#callbacks = callbacks;
    this.#compared = found;
    const diffConfig = { override: (a: string, b: string) => this.#changes(a, b) };
    const { text, extension } =
      typeof own.text === 'string' ? { text: own.text, extension: [] } : withChoices(own.text);
    const left: Extension = [
      look(nonce, false),
      this.#label.of(EditorView.contentAttributes.of({ 'aria-label': other.label })),
    ];
    const right: Extension = [
      look(nonce, own.editable),
      EditorView.contentAttributes.of({ 'aria-label': own.label }),
      extension,
      own.editable
        ? [history(), keymap.of([...historyKeymap, ...standardKeymap])]
        : keymap.of([
            { key: 'Mod-z', run: () => (callbacks.undo(), true), preventDefault: true },
            ...standardKeymap,
          ]),
      EditorView.updateListener.of(({ transactions, view }) => {
        for (const transaction of transactions) {
          if (!transaction.docChanged || transaction.annotation(known) === true) continue;
          callbacks.changed(editsOf(transaction), transaction.annotation(taken) ?? []);
        }
        if (transactions.length > 0) this.#tell(view.state);
      }),
    ];
    if (layout === 'sides') {
      this.#single = null;
      this.#merge = new MergeView({
        parent,
        a: { doc: other.text, extensions: left },
        b: { doc: text, extensions: right },
        gutter: false,
        diffConfig,
      });
    } else {
      this.#merge = null;
      const unified = unifiedMergeView({
        original: EditorState.create({ doc: other.text, extensions: lines }).doc,
        allowInlineDiffs: true,
        mergeControls: false,
        gutter: false,
        diffConfig,
      });
      this.#single = new EditorView({
        parent,
        state: EditorState.create({ doc: text, extensions: [right, unified] }),
      });
    }
    this.#compared = null;
    this.#tell(this.#own.state);
  }

  go(by: 1 | -1): void {
    const { state } = this.#own;
    const hunks = hunksOf(state);
    if (hunks.length === 0) return;
    const current = state.field(currentField);
    this.#goTo(
      current === null
        ? nearest(hunks, state.selection.main.head, by)
        : (current + by + hunks.length) % hunks.length,
    );
  }

  take(): boolean {
    const { state } = this.#own;
    const current = state.field(currentField);
    const hunk = current === null ? undefined : hunksOf(state)[current];
    if (current === null || !hunk) return false;
    this.#takeThese([hunk]);
    const left = hunksOf(this.#own.state).length;
    this.#goTo(left > 0 ? Math.min(current, left - 1) : null);
    return true;
  }

  takeAll(): void {
    this.#takeThese(hunksOf(this.#own.state));
    this.#goTo(null);
  }

  goToChoice(by: 1 | -1): void {
    const spec = goToChoice(this.#own.state, by);
    if (!spec) return;
    this.#own.dispatch(spec);
    this.#own.focus();
  }

  choose(side: 'mine' | 'theirs' | 'both'): void {
    const index = currentChoice(this.#own.state);
    const spec = index === null ? null : choose(this.#own.state, index, side);
    if (spec) this.#own.dispatch(spec);
  }

  async setOther({ text, label }: CompareOptions['other']): Promise<void> {
    const turn = ++this.#others;
    const found = await compared(text, this.own());
    // Another one was to be shown meanwhile, or none any more.
    if (turn !== this.#others) return;
    this.#compared = found;
    const { length } = this.#otherText();
    // As a whole: then both texts are compared as a whole, and that is done.
    const changes = { from: 0, to: length, insert: this.#own.state.toText(text) };
    if (this.#merge) {
      const named = EditorView.contentAttributes.of({ 'aria-label': label });
      this.#merge.a.dispatch({
        changes,
        effects: this.#label.reconfigure(named),
        filter: false,
      });
    } else {
      const set = ChangeSet.of(changes, length);
      this.#own.dispatch({ effects: originalDocChangeEffect(this.#own.state, set) });
    }
    this.#compared = null;
    this.#goTo(null);
  }

  setOwn(text: string): void {
    const changes = changesTo(this.own(), text);
    if (changes.length === 0) return;
    this.#own.dispatch({ changes, annotations: known.of(true), filter: false });
  }

  own(): string {
    return this.#own.state.doc.toString();
  }

  focus(): void {
    this.#own.focus();
  }

  destroy(): void {
    this.#others++;
    this.#merge?.destroy();
    this.#single?.destroy();
  }

  /** The text on the right. */
  get #own(): EditorView {
    return this.#merge?.b ?? this.#single!;
  }

  /** What differs, as CodeMirror has it; parts of the texts are searched here and now. */
  #changes(a: string, b: string): readonly Change[] {
    const known = this.#compared;
    const found = known?.a === a && known.b === b ? known.found : differences(a, b);
    return found.map(({ fromA, toA, fromB, toB }) => new Change(fromA, toA, fromB, toB));
  }

  #otherText(): Text {
    return this.#merge?.a.state.doc ?? getOriginalDoc(this.#own.state);
  }

  #goTo(index: number | null): void {
    const hunk = index === null ? undefined : hunksOf(this.#own.state)[index];
    this.#merge?.a.dispatch({ effects: setCurrent.of(index) });
    this.#own.dispatch({
      ...(hunk ? { selection: { anchor: hunk.fromB } } : {}),
      effects: [
        setCurrent.of(index),
        ...(hunk ? [EditorView.scrollIntoView(hunk.fromB, { y: 'center' })] : []),
      ],
    });
  }

  /** As one change. */
  #takeThese(hunks: readonly Hunk[]): void {
    if (hunks.length === 0) return;
    const other = this.#otherText();
    const changes = hunks.flatMap((hunk) => hunk.changes);
    this.#own.dispatch({
      changes: changes.map(({ fromA, toA, fromB, toB }) => ({
        from: fromB,
        to: toB,
        insert: other.slice(fromA, toA),
      })),
      annotations: [taken.of(changes.map(({ fromA }) => fromA)), isolateHistory.of('full')],
      userEvent: 'input.take',
    });
  }

  #tell(state: EditorState): void {
    const count = hunksOf(state).length;
    const index = state.field(currentField);
    this.#callbacks.moved({ index: index !== null && index < count ? index : null, count });
    this.#callbacks.choicesChanged(choicesOf(state), currentChoice(state));
  }
}

/** Offsets are the page's: only \n ends a line. */
const lines = EditorState.lineSeparator.of('\n');

/** What both sides have. */
const look = (nonce: string, editable: boolean): Extension => [
  lines,
  EditorView.cspNonce.of(nonce),
  EditorView.lineWrapping,
  EditorView.perLineTextDirection.of(true),
  EditorState.readOnly.of(!editable),
  caretKept,
  EditorView.contentAttributes.of({
    tabindex: '0',
    spellcheck: 'false',
    ...(editable ? {} : { 'aria-readonly': 'true' }),
  }),
  compareTheme,
  proseTheme,
  markdown,
  drawnSelection,
  currentField,
  marks,
];

const changesTo = (before: string, after: string): readonly ChangeSpec[] =>
  differences(before, after).map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    insert: after.slice(fromB, toB),
  }));

/** The first difference after `at`, or before it. */
function nearest(hunks: readonly Hunk[], at: number, by: 1 | -1): number {
  const found =
    by > 0
      ? hunks.findIndex(({ toB }) => toB >= at)
      : hunks.findLastIndex(({ fromB }) => fromB <= at);
  if (found >= 0) return found;
  return by > 0 ? 0 : hunks.length - 1;
}
