/** What a comparison and the page around it know of each other. */
import type { Edit } from '../../../shared/api/index.ts';
import type { Stretch } from './merge.ts';

export interface ComparePosition {
  /** From 0; null before the writer went to one. */
  readonly index: number | null;
  readonly count: number;
}

/** A sentence that both sides changed. */
export interface Choice {
  /** What stands there now, where it is one of the two. */
  readonly chosen: 'mine' | 'theirs' | 'both' | null;
  /** The writer has decided. */
  readonly decided: boolean;
}

export interface CompareCallbacks {
  /**
   * The text on the right was changed, by hand or by taking differences: then `places` says where in the
   * other text each edit's words stand.
   */
  changed(edits: readonly Edit[], places: readonly number[]): void;
  moved(position: ComparePosition): void;
  /** Places where the writer has to choose, in order, and which of them the caret is in. */
  choicesChanged(choices: readonly Choice[], current: number | null): void;
  /** Undo was asked for, where the text on the right cannot be changed by hand. */
  undo(): void;
}

export interface CompareOptions {
  /** Side by side, or one text in which both stand. */
  readonly layout: 'sides' | 'one';
  /** The other text: it never changes by hand. */
  readonly other: { readonly text: string; readonly label: string };
  /** The text that takes from it. As stretches: with places where the writer has to choose. */
  readonly own: {
    readonly text: string | readonly Stretch[];
    readonly label: string;
    readonly editable: boolean;
  };
  readonly callbacks: CompareCallbacks;
  readonly nonce: string;
}

export interface Compare {
  /** To the next or the previous difference, wrapping. */
  go(by: 1 | -1): void;
  /** Takes what the other text has at the difference one is at. Gives whether there was one. */
  take(): boolean;
  /** All of it. */
  takeAll(): void;
  /** To the next place where the writer has to choose. */
  goToChoice(by: 1 | -1): void;
  choose(side: 'mine' | 'theirs' | 'both'): void;
  /** Another text on the left, once what differs is found. */
  setOther(other: CompareOptions['other']): Promise<void>;
  /** The text on the right became another one elsewhere; not told to `changed`. */
  setOwn(text: string): void;
  own(): string;
  focus(): void;
  destroy(): void;
}
