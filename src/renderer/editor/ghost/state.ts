/**
 * The suggestion as a value that transactions move on. It lives beside the document, never in it: what
 * is shown is worked out from what the voice said and from how much of that already stands in the text.
 */
import { invertedEffects, isolateHistory } from '@codemirror/commands';
import {
  Annotation,
  StateEffect,
  StateField,
  Transaction,
  type ChangeDesc,
  type EditorState,
  type Extension,
  type TransactionSpec,
} from '@codemirror/state';
import type { GhostState } from '../types.ts';
import { portionOf, type Portion } from './accept.ts';
import { CONTEXT, fitStart, padAfter } from './spacing.ts';

export interface Suggestion {
  readonly request: string;
  /** Where in the text it begins, and the characters before that. */
  readonly from: number;
  readonly before: string;
  /** What the voice said, one for each alternative, from 0. */
  readonly texts: readonly string[];
  readonly alternative: number;
  /** The alternative that had something to say first; the writer counts from it. */
  readonly first: number;
  /** What stands in the text of it: accepted, or typed. */
  readonly taken: string;
  readonly status: 'streaming' | 'ended' | 'stopped';
  /** When its first text came, in milliseconds; null before. */
  readonly since: number | null;
}

export interface GhostValue {
  /** What is shown, or waited for. */
  readonly current: Suggestion | null;
  /** The newest one, shown or not: only its stream is listened to. */
  readonly latest: Suggestion | null;
}

export const begin = StateEffect.define<{ readonly request: string; readonly at: number }>();
export const append = StateEffect.define<{
  readonly request: string;
  readonly alternative: number;
  readonly text: string;
  readonly now: number;
}>();
/** No more comes. */
export const end = StateEffect.define<string>();
/** The writer wants no more of it, but keeps what came. */
export const stop = StateEffect.define<null>();
export const dismiss = StateEffect.define<null>();
/** +1 or -1, wrapping. */
export const cycle = StateEffect.define<number>();
const restore = StateEffect.define<Suggestion | null>({
  map: (suggestion, changes) => suggestion && moved(suggestion, changes),
});

/** Marks the transaction that takes text of a suggestion into the document. */
export const accepted = Annotation.define<{ readonly request: string; readonly text: string }>();

export const ghostField = StateField.define<GhostValue>({
  create: () => ({ current: null, latest: null }),
  update(value, transaction) {
    let next = afterEdit(value, transaction);
    for (const effect of transaction.effects) next = afterEffect(next, effect, transaction);
    return settled(next);
  },
});

/** The field, and what lets undo and redo bring a suggestion back as it was before the change. */
export const ghostState: Extension = [
  ghostField,
  invertedEffects.of((transaction) => {
    if (!transaction.docChanged) return [];
    const { current } = transaction.startState.field(ghostField);
    const restores = transaction.effects.some((effect) => effect.is(restore));
    const goesOn = current !== null && takenAfter(current, transaction) !== null;
    return restores || goesOn ? [restore.of(current)] : [];
  }),
];

/** Offset of the caret while the suggestion is shown. */
export const headOf = (suggestion: Suggestion): number => suggestion.from + suggestion.taken.length;

/** What of an alternative is still to come; null where the text went another way. */
export function restOf(suggestion: Suggestion, alternative = suggestion.alternative) {
  const said = suggestion.texts[alternative] ?? '';
  return restAfter(fitStart(suggestion.before, said), suggestion.taken);
}

/** Alternatives that have come and still fit what was taken, from the one that was shown first. */
export function choicesOf(suggestion: Suggestion): readonly number[] {
  const { texts, alternative, first } = suggestion;
  return texts
    .map((_, offset) => (first + offset) % texts.length)
    .filter(
      (index) =>
        index === alternative || (texts[index]!.trim() !== '' && restOf(suggestion, index)),
    );
}

/** What is visible of the suggestion now; null where nothing is. */
export function visible(state: EditorState): { suggestion: Suggestion; rest: string } | null {
  const suggestion = state.field(ghostField).current;
  if (suggestion === null) return null;
  const rest = restOf(suggestion) ?? '';
  return rest.trim() === '' ? null : { suggestion, rest };
}

/** The one transaction that takes a portion into the text, or null where nothing is visible. */
export function acceptance(state: EditorState, portion: Portion): TransactionSpec | null {
  const shown = visible(state);
  if (shown === null || state.readOnly) return null;
  const { suggestion, rest } = shown;
  const at = headOf(suggestion);
  const text = portionOf(rest, portion);
  const pad = padAfter(state.sliceDoc(at, at + 2));
  return {
    changes: { from: at, insert: text + pad },
    selection: { anchor: at + text.length },
    effects: portion === 'all' ? [stop.of(null)] : [],
    annotations: [
      accepted.of({ request: suggestion.request, text }),
      isolateHistory.of('full'),
      Transaction.userEvent.of('input.suggestion'),
    ],
    scrollIntoView: true,
  };
}

/** Begins a suggestion; what was typed before it is an undo step of its own. */
export const beginning = (request: string, at: number): TransactionSpec => ({
  effects: begin.of({ request, at }),
  annotations: isolateHistory.of('full'),
});

/** The request whose sampler has become pointless between two states, or null. */
export function abandoned(before: GhostValue, after: GhostValue): string | null {
  const { latest } = before;
  if (latest?.status !== 'streaming') return null;
  const goesOn = after.latest?.request === latest.request && after.latest.status !== 'stopped';
  return goesOn ? null : latest.request;
}

/** The same for the page around the editor. */
export function shownToPage({ current }: GhostValue): GhostState {
  if (current === null) return { kind: 'none' };
  const choices = choicesOf(current);
  return {
    kind: 'shown',
    request: current.request,
    alternative: Math.max(0, choices.indexOf(current.alternative)),
    count: choices.length,
    streaming: current.status === 'streaming',
    text: restOf(current) ?? '',
  };
}

const showing = (suggestion: Suggestion): GhostValue => ({
  current: suggestion,
  latest: suggestion,
});

const stopped = (suggestion: Suggestion): Suggestion =>
  suggestion.status === 'streaming' ? { ...suggestion, status: 'stopped' } : suggestion;

const hidden = ({ latest }: GhostValue): GhostValue => ({
  current: null,
  latest: latest && stopped(latest),
});

const moved = (suggestion: Suggestion, changes: ChangeDesc): Suggestion => ({
  ...suggestion,
  from: changes.mapPos(suggestion.from),
});

/** Edits and moves of the caret: only what follows the suggestion keeps it. */
function afterEdit(value: GhostValue, transaction: Transaction): GhostValue {
  const { current } = value;
  if (current === null) return value;
  if (transaction.docChanged) {
    const taken = takenAfter(current, transaction);
    return taken === null ? hidden(value) : showing({ ...current, taken });
  }
  const stays = transaction.newSelection.main;
  return stays.empty && stays.head === headOf(current) ? value : hidden(value);
}

/** What has been taken after a change that follows the suggestion; null for any other change. */
function takenAfter(suggestion: Suggestion, transaction: Transaction): string | null {
  const { ranges, main } = transaction.newSelection;
  if (!mayFollow(transaction) || ranges.length > 1 || !main.empty) return null;
  let inside = main.head >= suggestion.from;
  transaction.changes.iterChangedRanges((from, to) => {
    inside &&= from >= suggestion.from && to <= headOf(suggestion);
  });
  if (!inside) return null;
  const taken = transaction.newDoc.sliceString(suggestion.from, main.head);
  return restOf({ ...suggestion, taken }) === null ? null : taken;
}

function mayFollow(transaction: Transaction): boolean {
  if (transaction.annotation(accepted) !== undefined) return true;
  const is = (event: string) => transaction.isUserEvent(event);
  if (is('undo') || is('redo')) return true;
  const foreign = ['input.paste', 'input.drop', 'input.complete', 'input.type.compose'];
  return is('input') && !foreign.some(is);
}

function afterEffect(
  value: GhostValue,
  effect: StateEffect<unknown>,
  transaction: Transaction,
): GhostValue {
  const { current, latest } = value;
  if (effect.is(begin)) return begun(effect.value, transaction);
  if (effect.is(restore)) return restored(value, effect.value, transaction);
  if (effect.is(dismiss)) return hidden(value);
  if (effect.is(stop)) return current === null ? value : showing(stopped(current));
  if (current === null || latest === null) return value;
  if (effect.is(append) && streams(current, effect.value.request)) {
    return showing(grown(current, effect.value));
  }
  if (effect.is(end) && streams(current, effect.value)) {
    return showing({ ...current, status: 'ended' });
  }
  if (effect.is(cycle)) {
    const choices = choicesOf(current);
    const place = choices.indexOf(current.alternative) + effect.value + choices.length;
    return showing({ ...current, alternative: choices[place % choices.length]! });
  }
  return value;
}

const streams = (suggestion: Suggestion, request: string): boolean =>
  suggestion.request === request && suggestion.status === 'streaming';

function begun(
  { request, at }: { request: string; at: number },
  { newDoc, newSelection }: Transaction,
): GhostValue {
  const suggestion: Suggestion = {
    request,
    from: at,
    before: newDoc.sliceString(Math.max(0, at - CONTEXT), at),
    texts: [],
    alternative: 0,
    first: 0,
    taken: '',
    status: 'streaming',
    since: null,
  };
  // The writer went elsewhere before it began: it is known only so that its sampler is stopped.
  const here = newSelection.main.empty && newSelection.main.head === at;
  return here ? showing(suggestion) : { current: null, latest: stopped(suggestion) };
}

function grown(
  suggestion: Suggestion,
  { alternative, text, now }: { alternative: number; text: string; now: number },
): Suggestion {
  const texts = Array.from(
    { length: Math.max(suggestion.texts.length, alternative + 1) },
    (_, index) => (suggestion.texts[index] ?? '') + (index === alternative ? text : ''),
  );
  const isFirst = suggestion.texts.every((said) => said.trim() === '');
  return {
    ...suggestion,
    texts,
    ...(isFirst ? { alternative, first: alternative } : {}),
    since: suggestion.since ?? (text.trim() === '' ? null : now),
  };
}

/** A suggestion as it was, with all that its voice has said since; null takes it away again. */
function restored(
  value: GhostValue,
  suggestion: Suggestion | null,
  { newDoc, newSelection }: Transaction,
): GhostValue {
  if (suggestion === null) return hidden(value);
  const { latest } = value;
  const { texts, status } = latest?.request === suggestion.request ? latest : stopped(suggestion);
  const whole = { ...suggestion, texts, status };
  const fits =
    newSelection.main.empty &&
    newSelection.main.head === headOf(whole) &&
    newDoc.sliceString(whole.from, headOf(whole)) === whole.taken;
  return fits ? showing(whole) : hidden(value);
}

/** A suggestion of which nothing is left, and to which nothing comes, is over. */
function settled(value: GhostValue): GhostValue {
  const { current } = value;
  if (current === null || current.status === 'streaming') return value;
  return (restOf(current) ?? '').trim() === '' ? hidden(value) : value;
}

/** Straight and curly marks are the same to someone who types. */
const plainMarks: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '—': '--',
  '–': '--',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
};

const plain = (text: string): string =>
  text.replace(/[“”„«»‘’‚—–…\u00a0\u202f]/g, (mark) => plainMarks[mark]!);

/** What follows `taken` in `text`; null where `text` does not begin with it. */
function restAfter(text: string, taken: string): string | null {
  if (text.startsWith(taken)) return text.slice(taken.length);
  const wanted = plain(taken);
  let met = '';
  let index = 0;
  for (; met.length < wanted.length; index++) {
    const next = text[index];
    if (next === undefined) return null;
    met += plain(next);
  }
  return met.startsWith(wanted) ? text.slice(index) : null;
}
