/**
 * Typographic quotes, apostrophes, dashes and ellipses as the writer types. The plain character goes in
 * first and is replaced by a change of its own, so that one undo, or Backspace at once, brings it back.
 */
import { isolateHistory } from '@codemirror/commands';
import { syntaxTree } from '@codemirror/language';
import { StateEffect, StateField, Transaction, type Extension } from '@codemirror/state';
import { EditorView, keymap, type Command } from '@codemirror/view';

/** Quotes of a language: double open and close, single open and close. */
type Quotes = readonly [string, string, string, string];

const english: Quotes = ['“', '”', '‘', '’'];
const german: Quotes = ['„', '“', '‚', '‘'];
const angled: Quotes = ['«', '»', '‹', '›'];
const byLanguage: Readonly<Record<string, Quotes>> = {
  de: german,
  cs: german,
  sk: german,
  sl: german,
  bg: german,
  is: german,
  pl: ['„', '”', '‚', '’'],
  ro: ['„', '”', '«', '»'],
  hu: ['„', '”', '»', '«'],
  fi: ['”', '”', '’', '’'],
  sv: ['”', '”', '’', '’'],
  fr: ['«\u202f', '\u202f»', '‹\u202f', '\u202f›'],
  it: angled,
  ru: ['«', '»', '„', '“'],
  uk: ['«', '»', '„', '“'],
  el: angled,
  nb: angled,
  no: angled,
};
const byRegion: Readonly<Record<string, Quotes>> = { 'de-CH': angled, 'fr-CH': angled };

export const quotesOf = (language: string): Quotes =>
  byRegion[language] ?? byLanguage[language.split('-')[0]!] ?? english;

export interface Replacement {
  /** Characters before the caret, the typed one among them, that go. */
  readonly length: number;
  readonly insert: string;
}

/** Whether a quote behind `rest` opens: at the start, behind a space, a bracket, a dash, another opening one. */
const opens = (rest: string, [double, , single]: Quotes): boolean =>
  /(?:^|[\s([{<—–\-/*_~])$/u.test(rest) || rest.endsWith(double) || rest.endsWith(single);

/**
 * What becomes of the end of `before`, the line up to and with the character just typed; null where it
 * stays. A pure table, so that its rules can be read and tested one by one.
 */
export function smarten(before: string, quotes: Quotes = english): Replacement | null {
  const typed = before.at(-1) ?? '';
  const rest = before.slice(0, -1);
  switch (typed) {
    case '"':
      return { length: 1, insert: opens(rest, quotes) ? quotes[0] : quotes[1] };
    case "'":
      if (/(?:^|\s)‘n$/i.test(rest)) return { length: 3, insert: `’${rest.at(-1)!}’` };
      // Between letters, or behind one, it is an apostrophe, whatever the language's quotes.
      if (/[\p{L}\p{N}]$/u.test(rest)) {
        const inside = rest.lastIndexOf(quotes[2]) > rest.lastIndexOf(quotes[3]);
        return { length: 1, insert: inside && quotes[3] !== '’' ? quotes[3] : '’' };
      }
      return { length: 1, insert: opens(rest, quotes) ? quotes[2] : quotes[3] };
    case '-':
      return dash(rest);
    case '.':
      return /(?:^|[^.])\.\.$/.test(rest) ? { length: 3, insert: '…' } : null;
    default:
      return elided(before);
  }
}

/** "--" is a long dash, or a short one behind a space; a third hyphen makes that long, too. */
function dash(rest: string): Replacement | null {
  // A line of hyphens alone is a scene break in the making.
  if (/^\s*-*$/.test(rest)) return null;
  if (rest.endsWith('–')) return { length: 2, insert: '—' };
  if (!/(?:^|[^-])-$/.test(rest)) return null;
  return { length: 2, insert: /\s-$/.test(rest) ? '–' : '—' };
}

/** The quote before "90s", "tis" and their like is an apostrophe; that shows only now. */
function elided(before: string): Replacement | null {
  const found =
    /(?:^|[\s([{—–“])‘(\d|(?:tis|twas|twere|twill|em|til|cause|bout|round|n)[\s.,;:!?…’])$/iu.exec(
      before,
    );
  const tail = found?.[1];
  return tail === undefined ? null : { length: tail.length + 1, insert: `’${tail}` };
}

interface Last {
  readonly to: number;
  readonly plain: string;
  readonly smart: string;
}
const replaced = StateEffect.define<Last>();

/** The replacement that Backspace can take back; any other change or move of the caret forgets it. */
const lastField = StateField.define<Last | null>({
  create: () => null,
  update(last, transaction) {
    for (const effect of transaction.effects) if (effect.is(replaced)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : last;
  },
});

const code = /^(?:InlineCode|FencedCode|CodeText|CodeMark|CodeInfo|URL|Autolink|Escape)$/;

/** Behind the typed text of `view`, where a rule applies and the text is prose. */
function apply(view: EditorView, quotes: Quotes): void {
  const { state } = view;
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const from = Math.max(line.from, head - 200);
  const found = smarten(state.sliceDoc(from, head), quotes);
  if (found === null) return;
  const start = head - found.length;
  const plain = state.sliceDoc(start, head);
  if (plain === found.insert) return;
  for (
    let node: { name: string; parent: unknown } | null = syntaxTree(state).resolveInner(start, 1);
    node;
  ) {
    if (code.test(node.name)) return;
    node = node.parent as { name: string; parent: unknown } | null;
  }
  view.dispatch({
    changes: { from: start, to: head, insert: found.insert },
    selection: { anchor: start + found.insert.length },
    effects: replaced.of({ to: start + found.insert.length, plain, smart: found.insert }),
    annotations: [isolateHistory.of('full'), Transaction.userEvent.of('input.smart')],
    scrollIntoView: true,
  });
}

/** Backspace right behind a replacement brings back what was typed. */
export const takeBack: Command = (view) => {
  const last = view.state.field(lastField, false);
  if (!last) return false;
  const from = last.to - last.smart.length;
  view.dispatch({
    changes: { from, to: last.to, insert: last.plain },
    selection: { anchor: from + last.plain.length },
    userEvent: 'input.smart.back',
    scrollIntoView: true,
  });
  return true;
};

/** With the quotes of `language`, or the English ones where it is "" or unknown. */
export function smartPunctuation(language: string): Extension {
  const quotes = quotesOf(language);
  return [
    lastField,
    keymap.of([{ key: 'Backspace', run: takeBack }]),
    EditorView.inputHandler.of((view, from, to, text, insert) => {
      if (text.length !== 1 || view.composing || view.state.selection.ranges.length > 1)
        return false;
      if (from !== to && view.state.selection.main.empty) return false;
      view.dispatch(insert());
      apply(view, quotes);
      return true;
    }),
  ];
}
