import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { plainForm } from '../../../src/main/host/documents/text-file.ts';
import { Snapshots, type SnapshotsOptions } from '../../../src/main/host/snapshots/index.ts';
import { noMarks } from '../../../src/shared/api/index.ts';
import { noRuns, runsOf } from '../../../src/shared/provenance/index.ts';
import { folders } from '../../helpers/host.ts';

const HOUR = 3_600_000;

/** Snapshots in a folder of their own, under a clock that the test sets. */
function room(options: Partial<SnapshotsOptions> = {}) {
  const at = folders();
  const told = { notices: [] as string[], changed: [] as string[], log: [] as string[] };
  const clock = { now: new Date(2026, 10, 25, 12).getTime(), limit: 1e9 };
  const folder = join(at.data, 'snapshots');
  const open = (): Snapshots => {
    const snapshots = new Snapshots({
      folder,
      limit: () => clock.limit,
      now: () => clock.now,
      changed: (place) => told.changed.push(place),
      notice: (sentence) => told.notices.push(sentence),
      log: (line) => told.log.push(line),
      ...options,
    });
    onTestFinished(() => snapshots.close());
    return snapshots;
  };
  const document = (name: string, text: string) => ({
    real: join(at.library, name),
    text,
    runs: noRuns,
    form: plainForm,
  });
  /** Files of all snapshots, in the order in which they were taken. */
  const files = async (): Promise<string[]> => {
    const found = await fs.readdir(folder, { recursive: true }).catch(() => []);
    return found.filter((name) => name.endsWith('.snapshot')).map((name) => join(folder, name));
  };
  return { at, folder, clock, open, document, files, ...told };
}

const page = 'The fog came up the river before breakfast.\n';

describe('Snapshots', () => {
  test('that the disk did not give are there again once it does, with what was taken meanwhile', async () => {
    const { open, document, folder, clock, log } = room();
    const before = open();
    const one = document('a.md', page);
    await before.take(one, 'First');
    await before.close();
    const [name] = await fs.readdir(folder);
    const place = join(folder, name!, 'place.json');
    await fs.rename(place, `${place}.away`);
    await fs.mkdir(place);

    const snapshots = open();
    expect((await snapshots.list(one)).snapshots).toEqual([]);
    clock.now += HOUR;
    await snapshots.take({ ...one, text: `${page}It stayed.\n` }, 'Second');
    expect(log).toHaveLength(1);

    await fs.rmdir(place);
    await fs.rename(`${place}.away`, place);
    const { snapshots: listed } = await snapshots.list(one);
    expect(listed.map((snapshot) => snapshot.name)).toEqual(['Second', 'First']);
    expect((await snapshots.read(one, listed[1]!.id)).text).toBe(page);
  });

  test('hold the text of the moment before a change', async () => {
    const { open, document } = room();
    const snapshots = open();
    const one = document('a.md', page);
    snapshots.changing(one, 'replace-all');
    one.text = 'Nothing is left.';
    const { snapshots: listed } = await snapshots.list(one);
    expect(listed).toMatchObject([{ cause: 'replace-all', name: null }]);
    expect(await snapshots.read(one, listed[0]!.id)).toEqual({
      text: page,
      marks: noMarks,
      form: 'UTF-8',
    });
  });

  test('hold what was suggested of it, also when they get another name', async () => {
    const { open, document } = room();
    const marks = {
      passages: [{ id: '1', voice: 'Mine', at: 1, creativity: 0.5, seed: 7 }],
      spans: [{ from: 4, to: 16, passage: 0, taken: 3 }],
    };
    const one = { ...document('a.md', page), runs: runsOf(marks) };
    const first = open();
    const id = await first.take(one, 'First draft');
    await first.name(one, id, 'Second draft');
    await first.close();
    expect(await open().read(one, id)).toEqual({ text: page, marks, form: 'UTF-8' });
  });

  test('are there after a restart, newest first, with their names', async () => {
    const { open, document, clock } = room();
    const first = open();
    const one = document('a.md', page);
    await first.take(one, 'First draft');
    clock.now += 1000;
    one.text = `${page}It stayed.`;
    await first.take(one, null);
    await first.close();
    const second = open();
    const { snapshots } = await second.list(one);
    expect(snapshots.map(({ name }) => name)).toEqual([null, 'First draft']);
    expect((await second.read(one, snapshots[1]!.id)).text).toBe(page);
  });

  test('keep no text twice; one that is taken again counts as taken now', async () => {
    const { open, document, clock, files } = room();
    const snapshots = open();
    const one = document('a.md', page);
    const id = await snapshots.take(one, null);
    await snapshots.take(one, null);
    expect(await files()).toHaveLength(1);
    clock.now += 1000;
    await snapshots.take({ ...one, text: 'Another.' }, null);
    clock.now += 1000;
    expect(await snapshots.take(one, null)).toBe(id);
    expect(await files()).toHaveLength(2);
    const { snapshots: listed } = await snapshots.list(one);
    expect(listed.map(({ at }) => at)).toEqual([clock.now, clock.now - 1000]);
    expect(listed[0]?.id).toBe(id);
  });

  test('of an empty page are not taken', async () => {
    const { open, document, files } = room();
    const snapshots = open();
    const one = document('a.md', '');
    snapshots.changing(one, 'suggestion');
    await snapshots.list(one);
    expect(await files()).toEqual([]);
    await expect(snapshots.take(one, 'Empty')).rejects.toMatchObject({ code: 'text.empty' });
  });

  test('are taken every few minutes while a text changes, and when it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { open, document, clock } = room({ interval: 1000 });
    const snapshots = open();
    const one = document('a.md', 'one');
    const change = (text: string): void => {
      clock.now++;
      snapshots.changing(one, null);
      one.text = text;
    };
    change('two');
    change('three');
    vi.advanceTimersByTime(1000);
    change('four');
    vi.advanceTimersByTime(500);
    snapshots.closing(one);
    vi.advanceTimersByTime(5000);
    const { snapshots: listed } = await snapshots.list(one);
    const texts = await Promise.all(listed.map(({ id }) => snapshots.read(one, id)));
    expect(listed.map(({ cause }, i) => [cause, texts[i]?.text])).toEqual([
      ['closed', 'four'],
      ['interval', 'three'],
      ['opened', 'one'],
    ]);
  });

  test('tell their words and what changed as soon as they are counted', async () => {
    const { open, document, clock, changed } = room();
    const snapshots = open();
    const one = document('a.md', 'One two three.');
    await snapshots.take(one, null);
    clock.now += 1000;
    one.text = 'One two four five.';
    await snapshots.take(one, null);
    const { snapshots: first } = await snapshots.list(one);
    expect(first.map(({ words }) => words)).toEqual([null, null]);
    const before = changed.length;
    await vi.waitFor(() => expect(changed.length).toBeGreaterThan(before));
    const { snapshots: listed } = await snapshots.list(one);
    expect(listed).toMatchObject([
      { words: 4, change: { added: 2, removed: 1 } },
      { words: 3, change: null },
    ]);
  });

  test('can be given a name, lose it again, and be deleted', async () => {
    const { open, document } = room();
    const snapshots = open();
    const one = document('a.md', page);
    const id = await snapshots.take(one, null);
    await snapshots.name(one, id, 'Sent to the press');
    expect((await snapshots.list(one)).snapshots).toMatchObject([{ name: 'Sent to the press' }]);
    expect((await snapshots.read(one, id)).text).toBe(page);
    await snapshots.name(one, id, null);
    expect((await snapshots.list(one)).snapshots).toMatchObject([{ name: null }]);
    await snapshots.remove(one, id);
    expect((await snapshots.list(one)).snapshots).toEqual([]);
    await expect(snapshots.read(one, id)).rejects.toMatchObject({ code: 'snapshot.missing' });
  });
});

describe('The snapshots of a document', () => {
  test('go with it when it or its folder gets another place', async () => {
    const { at, open, document } = room();
    const snapshots = open();
    await snapshots.take(document('Novel/a.md', page), null);
    snapshots.move(join(at.library, 'Novel'), join(at.library, 'Book'));
    expect((await snapshots.list(document('Book/a.md', 'Other.'))).snapshots).toHaveLength(1);
    expect((await snapshots.list(document('Novel/a.md', 'Other.'))).snapshots).toEqual([]);
    await snapshots.close();
    expect((await open().list(document('Book/a.md', 'Other.'))).snapshots).toHaveLength(1);
  });

  test('are one list where some were taken at the new place already', async () => {
    const { at, open, document, clock } = room();
    const snapshots = open();
    await snapshots.take(document('a.md', page), null);
    clock.now += 1000;
    await snapshots.take(document('b.md', 'Later.'), null);
    snapshots.move(join(at.library, 'a.md'), join(at.library, 'b.md'));
    expect((await snapshots.list(document('b.md', 'Now.'))).snapshots).toHaveLength(2);
  });

  test('keep a name that the same text had at the old place', async () => {
    const { at, open, document, clock, files } = room();
    const snapshots = open();
    // As long as it is there, nothing else takes its snapshots for its own.
    at.write('a.md', page);
    const named = await snapshots.take(document('a.md', page), 'Sent to the press');
    clock.now += 1000;
    await snapshots.take(document('b.md', page), null);
    snapshots.move(join(at.library, 'a.md'), join(at.library, 'b.md'));
    const now = document('b.md', 'Now.');
    expect((await snapshots.list(now)).snapshots).toMatchObject([
      { id: named, name: 'Sent to the press' },
    ]);
    expect(await files()).toHaveLength(1);
    await snapshots.close();
    const [again] = (await open().list(now)).snapshots;
    expect(again).toMatchObject({ id: named, name: 'Sent to the press' });
  });

  test('are found by the text when another program renamed it, and left to one that is there', async () => {
    const { at, open, document } = room();
    const snapshots = open();
    at.write('a.md', page);
    await snapshots.take(document('a.md', page), null);
    expect((await snapshots.list(document('copy.md', page))).snapshots).toEqual([]);
    await fs.rename(join(at.library, 'a.md'), join(at.library, 'b.md'));
    expect((await snapshots.list(document('b.md', page))).snapshots).toHaveLength(1);
  });

  test('survive the trash, are not those of a new document there, and come back with the old one', async () => {
    const { at, open, document } = room();
    const snapshots = open();
    await snapshots.take(document('a.md', page), null);
    snapshots.trash(join(at.library, 'a.md'));
    expect((await snapshots.list(document('a.md', 'A new page.'))).snapshots).toEqual([]);
    expect((await snapshots.list(document('a.md', page))).snapshots).toHaveLength(1);
  });

  test('stay for two months in the trash', async () => {
    const { at, open, document, clock, files } = room();
    const snapshots = open();
    await snapshots.take(document('a.md', page), null);
    snapshots.trash(join(at.library, 'a.md'));
    clock.now += 59 * 24 * HOUR;
    await snapshots.limit();
    expect(await files()).toHaveLength(1);
    clock.now += 2 * 24 * HOUR;
    await snapshots.limit();
    expect(await files()).toEqual([]);
  });

  test('become fewer with time, and never more than the limit', async () => {
    const { open, document, clock } = room();
    const snapshots = open();
    const one = document('a.md', page);
    for (let n = 0; n < 6; n++) {
      one.text = `${page}${n} ${Math.random().toString(36).repeat(50)}`;
      clock.now += 10 * 60_000;
      await snapshots.take(one, n === 0 ? 'First' : null);
    }
    expect((await snapshots.list(one)).snapshots).toHaveLength(6);
    clock.now += 3 * 24 * HOUR;
    one.text = 'The end.';
    await snapshots.take(one, null);
    const { snapshots: listed } = await snapshots.list(one);
    expect(listed.map(({ name }) => name)).toEqual([null, null, 'First']);
    const { bytes } = await snapshots.space();
    clock.limit = bytes - 1;
    await snapshots.limit();
    expect((await snapshots.list(one)).snapshots.map(({ name }) => name)).toEqual([null, 'First']);
  });
});

describe('When something is broken', () => {
  test('a damaged file is passed over and counted, and takes no other with it', async () => {
    const { open, document, files, clock } = room();
    const first = open();
    const one = document('a.md', page);
    await first.take(one, null);
    clock.now += 1000;
    one.text = 'Whole.';
    await first.take(one, null);
    await first.close();
    const [oldest] = (await files()).sort();
    await fs.writeFile(oldest!, 'rubbish');
    const second = open();
    const { snapshots, damaged } = await second.list(one);
    expect(damaged).toBe(1);
    expect(snapshots).toHaveLength(1);
    expect((await second.read(one, snapshots[0]!.id)).text).toBe('Whole.');
    expect(await files()).toHaveLength(2);
  });

  test('a text that is not the one that was kept is not given', async () => {
    const { open, document, files } = room();
    const snapshots = open();
    const one = document('a.md', page);
    const id = await snapshots.take(one, null);
    const [file] = await files();
    const bytes = await fs.readFile(file!);
    bytes[bytes.length - 6]! ^= 1;
    await fs.writeFile(file!, bytes);
    await expect(snapshots.read(one, id)).rejects.toMatchObject({ code: 'snapshot.damaged' });
  });

  test('every bit of a snapshot counts', async () => {
    const { open, document, files } = room();
    const snapshots = open();
    const one = document('a.md', page);
    const id = await snapshots.take(one, null);
    const [file] = await files();
    const whole = await fs.readFile(file!);
    const start = whole.indexOf(10) + 1;
    for (let at = start; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      await fs.writeFile(file!, bytes);
      const read = await snapshots.read(one, id).then(({ text }) => text, String);
      expect(read === page || read.includes('damaged'), `byte ${at}: ${read}`).toBe(true);
    }
  });

  test('the note of where a document was is made again from its snapshots', async () => {
    const { open, document, folder } = room();
    const first = open();
    const one = document('a.md', page);
    await first.take(one, null);
    await first.close();
    const [store] = await fs.readdir(folder);
    await fs.writeFile(join(folder, store!, 'place.json'), '{"place":');
    expect((await open().list({ ...one, text: 'Other.' })).snapshots).toHaveLength(1);
  });

  test('what an interrupted write left is removed', async () => {
    const { open, document, folder } = room();
    const first = open();
    const one = document('a.md', page);
    await first.take(one, null);
    await first.close();
    const [store] = await fs.readdir(folder);
    const leftover = join(folder, store!, '.1-a.snapshot.4711-0a1b2c3d.tmp');
    await fs.writeFile(leftover, 'half');
    expect((await open().list(one)).snapshots).toHaveLength(1);
    await expect(fs.access(leftover)).rejects.toThrow('ENOENT');
  });

  test('a folder that cannot be written is told once, and nothing else stops', async () => {
    const { open, document, folder, notices } = room();
    await fs.writeFile(folder, 'a file where the folder should be');
    const snapshots = open();
    const one = document('a.md', page);
    snapshots.changing(one, 'suggestion');
    snapshots.changing(one, 'replace-all');
    snapshots.closing(one);
    await expect(snapshots.take(one, 'Mine')).rejects.toMatchObject({ code: 'disk.failed' });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^Understudy cannot keep snapshots of your texts\. /);
    await fs.rm(folder);
    await snapshots.take(one, 'Mine');
    expect((await snapshots.list(one)).snapshots).toHaveLength(1);
  });
});

test('ten megabytes are kept and come back', async () => {
  const { open, document } = room();
  const snapshots = open();
  const line = '“Über den Fluß,” sagte sie, und 𝓃ichts weiter. ';
  const text = line.repeat(Math.ceil(10e6 / line.length));
  const id = await snapshots.take(document('a.md', text), null);
  expect((await snapshots.read(document('a.md', text), id)).text === text).toBe(true);
});
