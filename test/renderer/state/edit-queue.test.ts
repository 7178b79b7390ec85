import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/shared/errors.ts';
import type { OpenDocument } from '../../../src/shared/api/index.ts';
import { runsOf } from '../../../src/shared/provenance/index.ts';
import { edit } from './document-host.ts';
import { settled } from './api.ts';

const pause = (milliseconds: number) => (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What waits is sent now, and not in a moment. */
async function underWay(room: Room, milliseconds: number): Promise<void> {
  void room.queue.flush();
  await settled(milliseconds);
}

describe('the queue of edits', () => {
  test('sends what is typed by itself when the screen shows it', async () => {
    const room = edit('');
    room.type(0, 'f');
    room.type(1, 'og');
    expect(room.connection.asked).toEqual([]);
    await expect.poll(() => room.host.text).toBe('fog');
    expect(room.connection.asked).toHaveLength(1);
    await expect.poll(() => room.queue.idle).toBe(true);
  });

  test('sends by itself, in the end, what was typed while a message was under way', async () => {
    const room = edit('');
    room.host.before = pause(60);
    room.type(0, 'f');
    await settled(50);
    room.type(1, 'og');
    await expect.poll(() => room.host.text).toBe('fog');
  });

  test('brings every edit to the host, in order', async () => {
    const room = edit('');
    for (const [at, letter] of [...'The fog came up the river.'].entries()) {
      room.type(at, letter);
      if (at % 5 === 0) await underWay(room, 1);
    }
    expect(await room.queue.flush()).toBe(room.host.version);
    expect(room.host.text).toBe('The fog came up the river.');
  });

  test('sends nothing of what is taken back at once, and then what follows', async () => {
    const room = edit('fog');
    room.type(3, 'x');
    room.change({ from: 3, to: 4, insert: '' });
    await room.queue.flush();
    expect([room.queue.idle, room.connection.asked, room.problems]).toEqual([true, [], []]);
    room.type(3, ' came');
    expect(await room.queue.flush()).toBe(1);
    expect(room.host.text).toBe('fog came');
  });

  test('gathers what is typed while a message is under way', async () => {
    const room = edit('');
    room.host.before = pause(20);
    room.type(0, 'a');
    await underWay(room, 1);
    for (const [at, letter] of [...' whole sentence at once'].entries()) room.type(at + 1, letter);
    await room.queue.flush();
    expect(room.host.text).toBe('a whole sentence at once');
    expect(room.connection.asked.map(({ name }) => name)).toEqual(['editDocument', 'editDocument']);
  });

  test('is idle only when the host has everything', async () => {
    const room = edit('');
    expect(room.queue.idle).toBe(true);
    room.type(0, 'x');
    expect(room.queue.idle).toBe(false);
    await room.queue.flush();
    expect(room.queue.idle).toBe(true);
  });

  test('gives the host the whole text where edits went astray', async () => {
    const room = edit('fog');
    room.host.version = 7;
    room.type(3, ' came');
    expect(await room.queue.flush()).toBe(8);
    expect(room.host.text).toBe('fog came');
    room.type(8, ' up');
    await room.queue.flush();
    expect(room.host.text).toBe('fog came up');
    expect(room.connection.asked.at(-1)?.name).toBe('editDocument');
  });

  test('keeps what was typed while the whole text was on its way', async () => {
    const room = edit('fog');
    room.host.version = 7;
    room.host.before = pause(10);
    room.type(3, ' came');
    await underWay(room, 15);
    room.type(8, ' up');
    await room.queue.flush();
    expect(room.host.text).toBe('fog came up');
  });

  test('tells a refusal once and tries again with the next edit', async () => {
    const room = edit('');
    room.host.before = () =>
      Promise.reject(new UserError('document.read-only', 'It cannot be changed.'));
    room.type(0, 'a');
    expect(await room.queue.flush()).toBeNull();
    expect(room.problems.length).toBeGreaterThan(0);
    room.host.before = () => Promise.resolve();
    room.type(1, 'b');
    await room.queue.flush();
    expect(room.host.text).toBe('ab');
  });

  test('brings theirs and what was not sent together when another program changed the file', async () => {
    const room = edit('the fog');
    room.host.before = pause(30);
    room.type(7, ' came');
    await underWay(room, 1);
    const theirs = room.host.change('The thick fog');
    room.page.text = room.queue.reloaded(theirs).text;
    expect(room.page.text).toBe('The thick fog came');
    room.host.before = () => Promise.resolve();
    await settled(40);
    await room.queue.flush();
    expect(room.host.text).toBe('The thick fog came');
  });

  test('marks what is suggested of theirs, and of what was not sent', async () => {
    const room = edit('the fog');
    room.host.before = pause(30);
    const came = { from: 0, to: 5, passage: 0, taken: 1 };
    room.change({ from: 7, to: 7, insert: ' came', marks: { passages: [passage], spans: [came] } });
    await underWay(room, 1);
    room.host.runs = runsOf({ passages: [{ ...passage, id: 'b' }], spans: [{ ...came, from: 4 }] });
    const { text, marks } = room.queue.reloaded(room.host.change('The thick fog'));
    [room.page.text, room.page.runs] = [text, runsOf(marks)];
    expect(marks.spans.map(({ from, to }) => text.slice(from, to))).toEqual(['t', ' came']);
    room.host.before = () => Promise.resolve();
    await settled(40);
    await room.queue.flush();
    expect(room.host.runs).toEqual(room.page.runs);
  });

  test('gives the host the marks of the whole text where edits went astray', async () => {
    const room = edit('fog');
    room.host.version = 7;
    const span = { from: 1, to: 5, passage: 0, taken: 1 };
    room.change({ from: 3, to: 3, insert: ' came', marks: { passages: [passage], spans: [span] } });
    await room.queue.flush();
    expect(room.host.runs).toEqual(room.page.runs);
    expect(room.host.runs).toHaveLength(2);
  });

  test('waits while there is no connection, and sends what waited after it', async () => {
    const room = edit('fog');
    room.connection.close();
    room.type(3, ' came');
    expect(await room.queue.flush()).toBeNull();
    expect(room.queue.idle).toBe(false);
    expect(room.problems).toEqual([]);
  });

  test('after a reconnection to an unchanged host sends what waited', async () => {
    const room = await losing(edit('fog'), ' came');
    await again(room, room.host.opened());
    expect(room.page.text).toBe('fog came');
    expect(room.host.text).toBe('fog came');
  });

  test('after a reconnection takes the text of the host where nothing waited', async () => {
    const room = edit('fog');
    const theirs = room.host.change('mist');
    expect(room.queue.reconnected(theirs)).toMatchObject({ text: 'mist' });
    expect(room.queue.idle).toBe(true);
    expect(room.queue.version).toBe(theirs.version);
    await room.queue.flush();
  });

  test('after a reconnection knows that the edit under way had arrived', async () => {
    const lost = await losing(edit('fog'), ' came');
    const arrived = lost.host.change('fog came');
    expect(lost.queue.reconnected(arrived)).toBeNull();
    expect(lost.queue.idle).toBe(true);
    expect(lost.queue.version).toBe(arrived.version);
  });

  test('after a reconnection leaves what another program wrote, though its version is the same', async () => {
    const room = edit('fog');
    room.host.restart('fog');
    room.queue.reconnected(room.host.opened());
    await losing(room, ' came');
    await again(room, room.host.restart('The thick fog and a boat'));
    expect(room.page.text).toBe('The thick fog and a boat came');
    expect(room.host.text).toBe(room.page.text);
  });

  test('after a reconnection leaves what another program wrote at another version', async () => {
    const room = await losing(edit('fog'), ' came');
    await again(room, room.host.change('mist and rain'));
    expect(room.page.text).toBe('mist and rain came');
    expect(room.host.text).toBe(room.page.text);
  });

  test('after a reconnection sends again what the host had confirmed and lost', async () => {
    const room = edit('fog');
    room.type(3, ' came');
    await room.queue.flush();
    room.change({ from: 0, to: 1, insert: 'F' });
    await room.queue.flush();
    await losing(room, ' up');
    await again(room, room.host.restart('fog came'));
    expect(room.page.text).toBe('Fog came up');
    expect(room.host.text).toBe(room.page.text);
  });

  test('after a reconnection brings what was confirmed and not saved together with another text', async () => {
    const room = edit('fog');
    room.type(3, ' came');
    await room.queue.flush();
    await again(room, room.host.restart('The fog'));
    expect(room.page.text).toBe('The fog came');
    expect(room.host.text).toBe(room.page.text);
  });

  test('after a reconnection does not type again what was saved', async () => {
    const room = edit('fog');
    room.type(3, ' came');
    await room.queue.flush();
    room.queue.saved(room.host.version);
    await losing(room, ' up');
    await again(room, room.host.restart('The fog came'));
    expect(room.page.text).toBe('The fog came up');
    expect(room.host.text).toBe(room.page.text);
  });

  test('after a reconnection does not send twice what arrived without a reply', async () => {
    const room = edit('fog');
    room.host.after = gone;
    room.type(3, ' came');
    await room.queue.flush();
    room.type(8, ' up');
    await again(room, room.host.restart('fog came'));
    expect(room.page.text).toBe('fog came up');
    expect(room.host.text).toBe('fog came up');
  });

  test('after a reconnection deletes what waited to be deleted', async () => {
    const room = edit('the fog came');
    room.host.before = gone;
    room.change({ from: 7, to: 12, insert: '' });
    await room.queue.flush();
    await again(room, room.host.restart('the fog came'));
    expect(room.page.text).toBe('the fog');
    expect(room.host.text).toBe('the fog');
  });

  test('after a reconnection asks to keep the text before a change as it did before', async () => {
    const room = edit('fog');
    room.host.before = gone;
    room.page.text = 'mist';
    room.queue.push([{ from: 0, to: 3, insert: 'mist' }], { kind: 'replace-all' });
    await room.queue.flush();
    await again(room, room.host.restart('fog'));
    const { request } = room.connection.asked.at(-1)!;
    expect(request).toMatchObject({ keep: { kind: 'replace-all' } });
    expect(room.host.text).toBe('mist');
  });

  test('after a reconnection has nothing lost and nothing doubled, wherever the host ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1000), fc.string({ maxLength: 3 }), fc.nat(3)), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.nat(12),
        fc.nat(12),
        fc.boolean(),
        async (steps, ends, forgets, arrives) => {
          const room = edit('The fog came up the river.');
          const had = [room.host.text];
          for (const [n, [place, insert, longer]] of steps.entries()) {
            if (n === ends) room.host[arrives ? 'after' : 'before'] = gone;
            const from = place % (room.page.text.length + 1);
            const to = Math.min(room.page.text.length, from + longer);
            room.change({ from, to, insert });
            await underWay(room, 0);
            if (room.host.text !== had.at(-1)) had.push(room.host.text);
          }
          const typed = room.page.text;
          await again(room, room.host.restart(had[Math.max(0, had.length - 1 - forgets)]!));
          expect(room.page.text).toBe(typed);
          expect(room.host.text).toBe(typed);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('ends with the same text on both sides, whatever is typed and whenever it is acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1000), fc.string({ maxLength: 3 }), fc.nat(3), fc.boolean()), {
          maxLength: 25,
        }),
        async (steps) => {
          const room = edit('The fog came up the river.');
          for (const [place, insert, gone, waits] of steps) {
            const from = place % (room.page.text.length + 1);
            const to = Math.min(room.page.text.length, from + gone);
            // Every other piece is a voice's.
            const isVoice = insert !== '' && place % 2 === 0;
            const span = { from: 0, to: insert.length, passage: 0, taken: 1 };
            const marks = { marks: { passages: [passage], spans: [span] } };
            room.change({ from, to, insert, ...(isVoice ? marks : {}) });
            if (waits) await underWay(room, 0);
          }
          await room.queue.flush();
          expect(room.host.text).toBe(room.page.text);
          expect(room.host.runs).toEqual(room.page.runs);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const passage = { id: 'a', voice: 'Mine', at: 0, creativity: 50, seed: 7 };

type Room = ReturnType<typeof edit>;

const gone = (): Promise<never> => Promise.reject(new UserError('engine.gone', 'The host ended.'));

/** The page types while the host is gone. */
async function losing(room: Room, typed: string): Promise<Room> {
  room.host.before = gone;
  room.type(room.page.text.length, typed);
  await room.queue.flush();
  return room;
}

/** A host is there again and has `document`. */
async function again({ page, queue, host }: Room, document: OpenDocument): Promise<void> {
  host.before = host.after = () => Promise.resolve();
  const shown = queue.reconnected(document);
  if (shown) [page.text, page.runs] = [shown.text, runsOf(shown.marks)];
  await queue.flush();
}
