/** Sentences that both sides changed: where they stand in the merged text, and what was chosen. */
import { invertedEffects, isolateHistory } from '@codemirror/commands';
import {
  StateEffect,
  StateField,
  type EditorState,
  type Extension,
  type TransactionSpec,
} from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import { textOf, type Stretch } from './merge.ts';
import type { Choice } from './types.ts';

interface Place {
  readonly from: number;
  readonly to: number;
  readonly mine: string;
  readonly theirs: string;
  readonly decided: boolean;
}

const decide = StateEffect.define<{ readonly index: number; readonly decided: boolean }>();

const placesField = StateField.define<readonly Place[]>({
  create: () => [],
  update(places, { changes, effects, docChanged }) {
    let next = docChanged
      ? places.map((place) => ({
          ...place,
          from: changes.mapPos(place.from, -1),
          to: changes.mapPos(place.to, 1),
        }))
      : places;
    for (const effect of effects) {
      if (!effect.is(decide)) continue;
      const { index, decided } = effect.value;
      next = next.map((place, i) => (i === index ? { ...place, decided } : place));
    }
    return next;
  },
  provide: (field) =>
    EditorView.decorations.from(field, (places) =>
      Decoration.set(
        places.flatMap((place) =>
          place.from < place.to ? [markOf(place).range(place.from, place.to)] : [],
        ),
        true,
      ),
    ),
});

const open = Decoration.mark({ class: 'cm-choice cm-choice-open', inclusive: true });
const closed = Decoration.mark({ class: 'cm-choice', inclusive: true });
const markOf = ({ decided }: Place): Decoration => (decided ? closed : open);

/** The merged text, and the extension that knows its open places. */
export function withChoices(stretches: readonly Stretch[]): { text: string; extension: Extension } {
  const places: Place[] = [];
  let at = 0;
  for (const stretch of stretches) {
    const text = stretch.kind === 'agreed' ? stretch.text : stretch.mine;
    if (stretch.kind === 'both') {
      const { mine, theirs } = stretch;
      places.push({ from: at, to: at + text.length, mine, theirs, decided: false });
    }
    at += text.length;
  }
  return {
    text: textOf(stretches),
    extension: [
      placesField.init(() => places),
      // Undoing a choice opens its place again.
      invertedEffects.of(({ effects, startState }) =>
        effects.flatMap((effect) => {
          if (!effect.is(decide)) return [];
          const { index } = effect.value;
          const { decided } = startState.field(placesField)[index]!;
          return [decide.of({ index, decided })];
        }),
      ),
    ],
  };
}

/** Both one after the other; a paragraph stays one of its own. */
const bothOf = ({ mine, theirs }: Place): string =>
  mine === '' || theirs === '' || /\s$/.test(mine) ? mine + theirs : `${mine}\n${theirs}`;

const textOn = (place: Place, side: 'mine' | 'theirs' | 'both'): string =>
  side === 'both' ? bothOf(place) : place[side];

export function choicesOf(state: EditorState): readonly Choice[] {
  return (
    state.field(placesField, false)?.map((place) => {
      const text = state.sliceDoc(place.from, place.to);
      const sides = ['mine', 'theirs', 'both'] as const;
      return {
        chosen: sides.find((side) => textOn(place, side) === text) ?? null,
        decided: place.decided,
      };
    }) ?? []
  );
}

/** The place the caret is in; null elsewhere. */
export function currentChoice(state: EditorState): number | null {
  const { head } = state.selection.main;
  const places = state.field(placesField, false) ?? [];
  const index = places.findIndex(({ from, to }) => from <= head && head <= to);
  return index < 0 ? null : index;
}

/** To the next or previous place, the open ones first. */
export function goToChoice(state: EditorState, by: 1 | -1): TransactionSpec | null {
  const places = state.field(placesField, false) ?? [];
  const open = places.filter(({ decided }) => !decided);
  const wanted = open.length > 0 ? open : places;
  const { head } = state.selection.main;
  const next =
    by > 0
      ? (wanted.find(({ from }) => from > head) ?? wanted[0])
      : (wanted.findLast(({ from }) => from < head) ?? wanted.at(-1));
  if (!next) return null;
  return {
    selection: { anchor: next.from },
    effects: EditorView.scrollIntoView(next.from, { y: 'center' }),
  };
}

export function choose(
  state: EditorState,
  index: number,
  side: 'mine' | 'theirs' | 'both',
): TransactionSpec | null {
  const place = state.field(placesField, false)?.[index];
  if (!place) return null;
  const insert = textOn(place, side);
  return {
    changes: { from: place.from, to: place.to, insert: state.toText(insert) },
    selection: { anchor: place.from },
    effects: decide.of({ index, decided: true }),
    annotations: isolateHistory.of('full'),
    userEvent: 'input.choose',
  };
}
