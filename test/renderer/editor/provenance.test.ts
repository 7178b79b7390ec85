import { history, moveLineDown, moveLineUp, redo, undo } from '@codemirror/commands';
import {
  EditorSelection,
  EditorState,
  type Extension,
  type Transaction,
  type TransactionSpec,
} from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptance,
  append,
  beginning,
  end,
  ghostState,
  type Portion,
} from '../../../src/renderer/editor/ghost/index.ts';
import {
  carriedBy,
  copied,
  markedEdits,
  provenanceField,
  provenanceState,
  setRuns,
  type Pieces,
} from '../../../src/renderer/editor/provenance/index.ts';
import { undoHistoryOf, withUndoHistory } from '../../../src/renderer/editor/undo.ts';
import type { Passage } from '../../../src/shared/api/index.ts';
import { noRuns, runsAfter, stretchesOf, type Runs } from '../../../src/shared/provenance/index.ts';
import { applyEdits } from '../../../src/renderer/state/edits.ts';

const passage = (id: string): Passage => ({ id, voice: 'Mine', at: 0, creativity: 50, seed: 7 });

/** A writer at a text, and a host that hears of every edit. */
class Desk {
  state: EditorState;
  host: { text: string; runs: Runs };
  #clipboard: Pieces = [];
  #pasteboard = '';

  constructor(marked: string, more: Extension = []) {
    const text = marked.replace('|', '');
    this.host = { text, runs: noRuns };
    this.state = EditorState.create({
      doc: text,
      selection: { anchor: marked.indexOf('|') },
      extensions: [
        history(),
        ghostState,
        provenanceState(passage),
        EditorState.transactionExtender.of((transaction) => {
          const effect = transaction.docChanged ? carriedBy(transaction, this.#clipboard) : null;
          return effect && { effects: effect };
        }),
        more,
      ],
    });
  }

  /** The text with what is suggested in brackets. */
  get text(): string {
    let at = 0;
    let shown = '';
    for (const { from, to } of stretchesOf(this.runs)) {
      shown += `${this.state.sliceDoc(at, from)}[${this.state.sliceDoc(from, to)}]`;
      at = to;
    }
    return shown + this.state.sliceDoc(at);
  }

  get runs(): Runs {
    return this.state.field(provenanceField);
  }

  do(spec: TransactionSpec | Transaction | null): this {
    if (spec === null) return this;
    const transaction = 'newDoc' in spec ? spec : this.state.update(spec);
    if (transaction.docChanged) {
      const edits = markedEdits(transaction);
      this.host = {
        text: applyEdits(this.host.text, edits),
        runs: runsAfter(this.host.runs, edits),
      };
    }
    this.state = transaction.state;
    return this;
  }

  caret(anchor: number, head = anchor): this {
    return this.do({ selection: { anchor, head } });
  }

  type(text: string): this {
    for (const character of text) {
      this.do({ ...this.state.replaceSelection(character), userEvent: 'input.type' });
    }
    return this;
  }

  delete(from: number, to: number): this {
    return this.do({ changes: { from, to }, userEvent: 'delete.selection' });
  }

  suggest(text: string, request = 'r', portion: Portion = 'all'): this {
    return this.ask(text, request).accept(portion);
  }

  ask(text: string, request = 'r'): this {
    return this.do(beginning(request, this.state.selection.main.head))
      .do({ effects: append.of({ request, alternative: 0, text, now: 0 }) })
      .do({ effects: end.of(request) });
  }

  accept(portion: Portion): this {
    return this.do(acceptance(this.state, portion));
  }

  copy(): this {
    const { from, to } = this.state.selection.main;
    this.#clipboard = copied(this.state);
    this.#pasteboard = this.state.sliceDoc(from, to);
    return this;
  }

  cut(): this {
    return this.copy().do({ ...this.state.replaceSelection(''), userEvent: 'delete.cut' });
  }

  paste(text = this.#pasteboard): this {
    return this.do({ ...this.state.replaceSelection(text), userEvent: 'input.paste' });
  }

  run(command: typeof undo): this {
    command({ state: this.state, dispatch: (transaction) => this.do(transaction) });
    return this;
  }
}

const desk = (marked: string) => new Desk(marked);

describe('suggested text', () => {
  it('is marked when it is accepted, and without the space behind it', () => {
    expect(desk('He |said.').suggest(' came and').text).toBe('He [came and] said.');
  });

  it('taken by words is of one passage', () => {
    const at = desk('He|').ask(' came and went.').accept('word').accept('word').accept('all');
    expect(at.text).toBe('He[ came][ and][ went.]');
    expect([...stretchesOf(at.runs)].map(({ label }) => label.taken)).toEqual([1, 2, 3]);
  });

  it('does not count a word that the writer began', () => {
    const at = desk('He wal|').suggest('ked on.');
    expect([...stretchesOf(at.runs)].map(({ label }) => label.taken)).toEqual([1]);
  });

  it('that the writer types is the writer’s', () => {
    const at = desk('He|').ask(' came and went.').type(' came').accept('all');
    expect(at.text).toBe('He came[ and went.]');
  });

  it('is split by what is typed into it, and shrinks where it is deleted', () => {
    const at = desk('He|').suggest(' came and went.').caret(7).type(' by');
    expect(at.text).toBe('He[ came] by[ and went.]');
    expect(at.delete(3, 6).text).toBe('He[ e] by[ and went.]');
  });

  it('loses its mark by undo, and has it again by redo', () => {
    const at = desk('He|').suggest(' came.').run(undo);
    expect(at.text).toBe('He');
    expect(at.run(redo).text).toBe('He[ came.]');
  });

  it('that was deleted is marked again by undo', () => {
    const at = desk('He|').suggest(' came and went.').delete(1, 9).run(undo);
    expect(at.text).toBe('He[ came and went.]');
    expect(at.run(redo).run(undo).text).toBe('He[ came and went.]');
  });

  it('goes with what is cut, copied and pasted', () => {
    const at = desk('He|').suggest(' came and went.').type(' So.').caret(1, 8).cut();
    expect(at.text).toBe('H[and went.] So.');
    expect(at.caret(0).paste().text).toBe('e[ came ]H[and went.] So.');
    expect(at.run(undo).run(redo).text).toBe('e[ came ]H[and went.] So.');
  });

  it('is not taken for what was written elsewhere', () => {
    const at = desk('He|').suggest(' came.').caret(2, 8).copy().caret(8).paste('Another text');
    expect(at.text).toBe('He[ came.]Another text');
  });

  it('goes with its line', () => {
    const at = desk('One\n|\nThree').suggest('Two is said').caret(1);
    expect(at.run(moveLineDown).text).toBe('[Two is said]\nOne\nThree');
    expect(at.caret(16).run(moveLineUp).text).toBe('[Two is said]\nThree\nOne');
    expect(at.caret(14).run(moveLineUp).text).toBe('Three\n[Two is said]\nOne');
  });

  it('goes with what is dragged', () => {
    const at = desk('He|').suggest(' came.').type(' So.');
    at.do({
      changes: [
        { from: 0, insert: ' came.' },
        { from: 2, to: 8 },
      ],
      userEvent: 'move.drop',
    });
    expect(at.text).toBe('[ came.]He So.');
  });

  it('that was deleted is marked again by undo after a restart, too', () => {
    const at = desk('He|').suggest(' came and went.').delete(1, 5).delete(2, 4);
    const before = at.text;
    const again = withUndoHistory(
      {
        doc: at.state.doc.toString(),
        selection: EditorSelection.single(0),
        extensions: [history(), ghostState, provenanceState(passage)],
      },
      undoHistoryOf(at.state)!,
    )!;
    at.do(again.update({ effects: setRuns.of(at.runs) }));
    expect(at.text).toBe(before);
    expect(at.run(undo).run(undo).text).toBe('He[ came and went.]');
    expect(at.run(redo).run(redo).text).toBe(before);
    expect(at.run(undo).run(undo).run(undo).text).toBe('He');
    expect(at.run(redo).text).toBe('He[ came and went.]');
  });

  it('is kept as JSON', () => {
    const at = desk('He|').suggest(' came.');
    const fields = { provenance: provenanceField };
    const json: unknown = JSON.parse(JSON.stringify(at.state.toJSON(fields)));
    const again = EditorState.fromJSON(json, { extensions: [provenanceState(passage)] }, fields);
    expect(again.field(provenanceField)).toEqual(at.runs);
  });
});

/** What a voice says is in letters that no writer uses: each is a letter of its passage, or lost. */
const ALPHABET = ['α', 'β', 'γ', 'δ', 'ε', 'ζ', 'η', 'θ'];

describe('page and host', () => {
  const place = fc.nat(60);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('type' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('delete' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('suggest' as const), at: place, words: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('cut' as const, 'copy' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('paste' as const), at: place, to: place }),
    fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const) }),
    fc.record({ kind: fc.constantFrom('up' as const, 'down' as const), at: place }),
  );

  it('have the same marks, and each letter its own, whatever is done', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const at = desk('the fog\ncame up\n\nthe river|');
        let n = 0;
        for (const one of steps) {
          const end = at.state.doc.length;
          const [a, b] = [
            'at' in one ? one.at % (end + 1) : 0,
            'to' in one ? one.to % (end + 1) : 0,
          ];
          switch (one.kind) {
            case 'type':
              at.caret(a, b).type('xy');
              break;
            case 'delete':
              at.delete(Math.min(a, b), Math.max(a, b));
              break;
            case 'suggest': {
              const letter = ALPHABET[n % ALPHABET.length]!;
              const request = `r${n % ALPHABET.length}`;
              n++;
              at.caret(a).ask(`${letter}${letter} ${letter}`, request);
              if (one.words) at.accept('word');
              at.accept('all');
              break;
            }
            case 'cut':
              at.caret(a, b).cut();
              break;
            case 'copy':
              at.caret(a, b).copy();
              break;
            case 'paste':
              at.caret(a, b).paste();
              break;
            case 'undo':
              at.run(undo);
              break;
            case 'redo':
              at.run(redo);
              break;
            case 'up':
              at.caret(a).run(moveLineUp);
              break;
            case 'down':
              at.caret(a).run(moveLineDown);
          }
          expect(at.host.text).toBe(at.state.doc.toString());
          expect(at.host.runs).toEqual(at.runs);
          const labels = new Map<number, string>();
          for (const { from, to, label } of stretchesOf(at.runs)) {
            expect(to).toBeLessThanOrEqual(at.state.doc.length);
            for (let i = from; i < to; i++) labels.set(i, label.passage.id);
          }
          for (const [i, letter] of [...at.host.text].entries()) {
            const voice = ALPHABET.indexOf(letter);
            if (voice >= 0) expect([i, labels.get(i)]).toEqual([i, `r${voice}`]);
            else if (letter.trim() !== '') expect([i, labels.get(i)]).toEqual([i, undefined]);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
