import { history, isolateHistory, redo, undo } from '@codemirror/commands';
import { EditorState, type Transaction, type TransactionSpec } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  abandoned,
  acceptance,
  append,
  beginning,
  cycle,
  dismiss,
  end,
  ghostField,
  ghostState,
  shownToPage,
  stop,
  type Portion,
} from '../../../src/renderer/editor/ghost/index.ts';

/** A writer at a text with a caret at "|", and the sampler that talks to them. */
class Desk {
  state: EditorState;
  readonly stops: string[] = [];

  constructor(marked: string) {
    const at = marked.indexOf('|');
    this.state = EditorState.create({
      doc: marked.replace('|', ''),
      selection: { anchor: at },
      extensions: [history(), ghostState],
    });
  }

  get text(): string {
    const { head } = this.state.selection.main;
    return `${this.state.sliceDoc(0, head)}|${this.state.sliceDoc(head)}`;
  }

  /** What is still to come of the suggestion; null where none is shown. */
  get ghost(): string | null {
    const page = shownToPage(this.state.field(ghostField));
    return page.kind === 'shown' ? page.text : null;
  }

  get place(): string {
    const page = shownToPage(this.state.field(ghostField));
    return page.kind === 'shown' ? `${page.alternative + 1}/${page.count}` : '';
  }

  do(spec: TransactionSpec | Transaction | null): this {
    if (spec === null) return this;
    const before = this.state.field(ghostField);
    this.state = 'newDoc' in spec ? spec.state : this.state.update(spec).state;
    const stopped = abandoned(before, this.state.field(ghostField));
    if (stopped !== null) this.stops.push(stopped);
    return this;
  }

  suggest(texts: readonly string[], { request = 'r', streaming = false } = {}): this {
    this.do(beginning(request, this.state.selection.main.head));
    texts.forEach((text, alternative) => this.say(text, { request, alternative }));
    return streaming ? this : this.do({ effects: end.of(request) });
  }

  say(text: string, { request = 'r', alternative = 0 } = {}): this {
    return this.do({ effects: append.of({ request, alternative, text, now: 0 }) });
  }

  type(text: string, userEvent = 'input.type'): this {
    for (const character of text) {
      const { head } = this.state.selection.main;
      this.do({
        changes: { from: head, insert: character },
        selection: { anchor: head + character.length },
        userEvent,
      });
    }
    return this;
  }

  accept(portion: Portion): this {
    return this.do(acceptance(this.state, portion));
  }

  undo(): this {
    undo({ state: this.state, dispatch: (transaction) => this.do(transaction) });
    return this;
  }

  redo(): this {
    redo({ state: this.state, dispatch: (transaction) => this.do(transaction) });
    return this;
  }
}

const desk = (marked: string) => new Desk(marked);

describe('a suggestion that streams', () => {
  it('grows piece by piece and is never in the text', () => {
    const at = desk('The house was|').suggest([' quiet'], { streaming: true });
    expect(at.ghost).toBe(' quiet');
    at.say(' that winter').say('.');
    expect(at.ghost).toBe(' quiet that winter.');
    expect(at.text).toBe('The house was|');
  });

  it('ignores pieces of another request, and those after its end', () => {
    const at = desk('A|').suggest([' b'], { streaming: true });
    at.say(' late', { request: 'old' });
    expect(at.ghost).toBe(' b');
    at.do({ effects: end.of('r') }).say(' more');
    expect(at.ghost).toBe(' b');
  });

  it('keeps what came when it is stopped, and tells the sampler once', () => {
    const at = desk('A|').suggest([' b'], { streaming: true });
    at.do({ effects: stop.of(null) }).say(' more');
    expect(at.ghost).toBe(' b');
    expect(at.stops).toEqual(['r']);
    at.do({ effects: dismiss.of(null) });
    expect(at.ghost).toBeNull();
    expect(at.stops).toEqual(['r']);
  });

  it('stops the one before it when another begins', () => {
    const at = desk('A|').suggest([' b'], { streaming: true });
    at.suggest([' c'], { request: 's' });
    expect(at.ghost).toBe(' c');
    expect(at.stops).toEqual(['r']);
  });

  it('is dismissed before its first text came when the writer goes on', () => {
    const at = desk('A|').suggest([], { streaming: true }).type('x').say(' b');
    expect(at.ghost).toBeNull();
    expect(at.stops).toEqual(['r']);
  });

  it('is over when it ends without a word', () => {
    expect(desk('A|').suggest([' \n ']).ghost).toBeNull();
  });

  it('shows the alternative that speaks first', () => {
    const at = desk('A|').suggest([], { streaming: true }).say(' second', { alternative: 1 });
    expect(at.ghost).toBe(' second');
    expect(at.place).toBe('1/1');
    at.say(' first');
    expect(at.ghost).toBe(' second');
    // The writer counts from it.
    expect(at.place).toBe('1/2');
  });
});

describe('typing what it says', () => {
  it('advances it', () => {
    const at = desk('He|').suggest([' went home.']).type(' went');
    expect(at.ghost).toBe(' home.');
    expect(at.text).toBe('He went|');
  });

  it('takes straight and curly marks, dashes and ellipses for the same', () => {
    const at = desk('She said,|').suggest([' “I don’t—well…” and left']);
    at.type(' "I don\'t--well..."');
    expect(at.ghost).toBe(' and left');
  });

  it('goes on when smart punctuation replaces what was typed', () => {
    const at = desk('She said,|').suggest([' “Go.”']).type(' "');
    at.do({
      changes: { from: 10, to: 11, insert: '“' },
      selection: { anchor: 11 },
      annotations: isolateHistory.of('full'),
      userEvent: 'input.smart',
    });
    expect(at.ghost).toBe('Go.”');
    at.type('Go');
    expect(at.ghost).toBe('.”');
  });

  it('ends it when all of it is typed, and undo brings it back', () => {
    const at = desk('He|').suggest([' ran']).type(' ran');
    expect(at.ghost).toBeNull();
    expect(at.undo().ghost).toBe(' ran');
    expect(at.text).toBe('He|');
    expect(at.redo().ghost).toBeNull();
    expect(at.text).toBe('He ran|');
  });

  it('undoes only what was typed since it came', () => {
    const at = desk('|').type('He').suggest([' went home']).type(' went').undo();
    expect(at.text).toBe('He|');
    expect(at.ghost).toBe(' went home');
  });

  it('dismisses it at the first other letter', () => {
    const at = desk('He|').suggest([' went'], { streaming: true }).type(' wa');
    expect(at.ghost).toBeNull();
    expect(at.stops).toEqual(['r']);
  });

  it('is no paste and no composition', () => {
    expect(desk('He|').suggest([' went']).type(' ', 'input.paste').ghost).toBeNull();
    expect(desk('He|').suggest([' went']).type(' ', 'input.type.compose').ghost).toBeNull();
  });
});

describe('other edits and moves', () => {
  const shown = () => desk('One two| three').suggest([' and a half'], { streaming: true });

  it.each([
    ['an edit elsewhere', { changes: { from: 0, to: 3 }, userEvent: 'input.type' }],
    ['a deletion', { changes: { from: 6, to: 7 }, userEvent: 'delete.backward' }],
    ['a change from the disk', { changes: { from: 0, insert: 'x' } }],
    ['a move of the caret', { selection: { anchor: 2 } }],
    ['a selection', { selection: { anchor: 7, head: 9 } }],
  ] satisfies [string, TransactionSpec][])('%s dismisses it', (_name, spec) => {
    const at = shown().do(spec);
    expect(at.ghost).toBeNull();
    expect(at.stops).toEqual(['r']);
    expect(at.say(' more').ghost).toBeNull();
  });

  it('undo of an edit before it dismisses it', () => {
    const at = desk('|').type('He').suggest([' went']).undo();
    expect(at.ghost).toBeNull();
    expect(at.text).toBe('|');
  });

  it('undo of an edit that dismissed it does not bring it back', () => {
    expect(shown().type('x').undo().ghost).toBeNull();
  });
});

describe('accepting', () => {
  it('all is one step, with the caret at the end', () => {
    const at = desk('The door| closed').suggest([' opened and then']).accept('all');
    expect(at.text).toBe('The door opened and then| closed');
    expect(at.ghost).toBeNull();
    expect(at.undo().text).toBe('The door| closed');
    expect(at.ghost).toBe(' opened and then');
    expect(at.redo().text).toBe('The door opened and then| closed');
    expect(at.ghost).toBeNull();
  });

  it('puts the space right where the text goes on without one', () => {
    const at = desk('The |end').suggest([' big house ']).accept('word');
    expect(at.text).toBe('The big| end');
    expect(at.ghost).toBe(' house ');
    expect(at.accept('word').text).toBe('The big house| end');
    expect(at.ghost).toBeNull();
  });

  it('takes words with their marks, across lines', () => {
    const at = desk('|').suggest(['“Go,” he said.\n\nShe well-nigh went.']);
    const texts: string[] = [];
    while (at.ghost !== null) texts.push(at.accept('word').text.replace('|', ''));
    const pieces = texts.map((text, index) => text.slice(texts[index - 1]?.length ?? 0));
    expect(pieces).toEqual(['“Go,”', ' he', ' said.', '\n\nShe', ' well-', 'nigh', ' went.']);
  });

  it('takes sentences, and knows that Mr. ends none', () => {
    const at = desk('A.|').suggest([' Mr. Smith came. “No!” she cried.\n\nThen he left. ']);
    expect(at.accept('sentence').text).toBe('A. Mr. Smith came.|');
    expect(at.accept('sentence').text).toBe('A. Mr. Smith came. “No!” she cried.|');
    expect(at.accept('sentence').text).toBe(
      'A. Mr. Smith came. “No!” she cried.\n\nThen he left.|',
    );
    expect(at.ghost).toBeNull();
  });

  it('keeps the rest, while it streams on and over undo and redo', () => {
    const at = desk('He|').suggest([' went home'], { streaming: true }).accept('word');
    expect(at.ghost).toBe(' home');
    at.say(' at last');
    expect(at.ghost).toBe(' home at last');
    expect(at.undo().ghost).toBe(' went home at last');
    at.say('.');
    expect(at.redo().ghost).toBe(' home at last.');
    expect(at.stops).toEqual([]);
  });

  it('all of what streams stops the sampler', () => {
    const at = desk('He|').suggest([' went'], { streaming: true }).accept('all');
    expect(at.stops).toEqual(['r']);
    expect(at.say(' late').text).toBe('He went|');
    expect(at.ghost).toBeNull();
  });

  it('undo step by step brings each rest back', () => {
    const at = desk('He|').suggest([' went all the way']);
    at.accept('word').accept('word').accept('word');
    expect(at.undo().ghost).toBe(' the way');
    expect(at.undo().ghost).toBe(' all the way');
    expect(at.undo().ghost).toBe(' went all the way');
    expect(at.redo().ghost).toBe(' all the way');
  });

  it('brings back an older suggestion when undo reaches it', () => {
    const at = desk('He|').suggest([' went']).accept('all');
    at.suggest([' home'], { request: 's', streaming: true }).undo();
    expect(at.text).toBe('He|');
    expect(at.ghost).toBe(' went');
    expect(at.stops).toEqual(['s']);
  });

  it('does nothing in a text that cannot be changed', () => {
    const state = EditorState.create({
      doc: 'He',
      selection: { anchor: 2 },
      extensions: [EditorState.readOnly.of(true), ghostState],
    });
    expect(acceptance(state, 'all')).toBeNull();
  });
});

describe('alternatives', () => {
  it('turn in a circle', () => {
    const at = desk('A|').suggest([' one', ' two', ' three']);
    const turn = (by: number) => at.do({ effects: cycle.of(by) });
    expect([at.ghost, at.place]).toEqual([' one', '1/3']);
    expect([turn(1).ghost, at.place]).toEqual([' two', '2/3']);
    expect(turn(1).ghost).toBe(' three');
    expect(turn(1).ghost).toBe(' one');
    expect(turn(-1).ghost).toBe(' three');
  });

  it('that do not fit what was taken are left out until undo', () => {
    const at = desk('A|').suggest([' red car', ' blue car', ' red bus']).accept('word');
    expect(at.place).toBe('1/2');
    expect(at.do({ effects: cycle.of(1) }).ghost).toBe(' bus');
    expect(at.undo().place).toBe('1/3');
  });
});

describe('whatever it says', () => {
  const piece = fc.constantFrom(
    ...[' ', '\n', '\n\n', 'word', 'It’s', '“Hi,”', '. ', '! ', '…', '—', ' - ', 'Mr. ', '3.14'],
    ...['他说', '。', 'é', '👩‍🚀', '* * *', '(x)', '"', "'", '\t'],
  );
  const prose = fc.array(piece, { minLength: 1, maxLength: 25 }).map((pieces) => pieces.join(''));
  const before = fc.constantFrom('', 'He ', 'He', 'End.', 'a,', '“', 'x\n', 'x\n\n', 'He  ');
  const after = fc.constantFrom('', ' end', 'end', '.', '\nnext', '”');

  it('word by word, sentence by sentence and all at once give the same text', () => {
    fc.assert(
      fc.property(before, after, prose, (before, after, text) => {
        const finish = (portion: Portion) => {
          const at = desk(`${before}|${after}`).suggest([text]);
          for (let steps = 0; at.ghost !== null; steps++) {
            if (steps > 200) throw new Error(`It never ends: ${JSON.stringify(at.ghost)}`);
            at.accept(portion);
          }
          return at.text;
        };
        const all = finish('all');
        expect(finish('word')).toBe(all);
        expect(finish('sentence')).toBe(all);
      }),
      { numRuns: 400 },
    );
  });

  it('streaming in any pieces shows the same', () => {
    fc.assert(
      fc.property(before, prose, fc.array(fc.nat(9), { maxLength: 9 }), (before, text, cuts) => {
        const at = desk(`${before}|`).suggest([], { streaming: true });
        let from = 0;
        let last = '';
        for (const size of [...cuts, text.length]) {
          at.say(text.slice(from, from + size));
          from += size;
          expect(at.ghost!.startsWith(last)).toBe(true);
          last = at.ghost!;
        }
        const whole = desk(`${before}|`).suggest([text], { streaming: true });
        expect(at.ghost).toBe(whole.ghost);
      }),
      { numRuns: 300 },
    );
  });

  it('undo to the start and redo to the end give every text and rest again', () => {
    const step = fc.constantFrom<Portion | 'type'>('word', 'sentence', 'type');
    fc.assert(
      fc.property(before, prose, fc.array(step, { maxLength: 8 }), (before, text, steps) => {
        const at = desk(`${before}|`).suggest([text]);
        const start = [at.text, at.ghost];
        for (const each of steps) {
          if (at.ghost === null) break;
          if (each === 'type') at.type(at.ghost[0]!);
          else at.accept(each);
        }
        const finish = [at.text, at.ghost];
        for (let times = 0; times < 12; times++) at.undo();
        expect(at.text).toBe(start[0]);
        if (start[1] !== null && finish[0] !== start[0]) expect(at.ghost).toBe(start[1]);
        for (let times = 0; times < 12; times++) at.redo();
        expect([at.text, at.ghost]).toEqual(finish);
      }),
      { numRuns: 300 },
    );
  });
});
