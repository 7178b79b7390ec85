import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { droppedInPlans, savePlan } from '../../../src/main/host/training/plan-file.ts';
import { Places } from '../../../src/main/host/library/index.ts';
import { Sources } from '../../../src/main/host/voices/sources.ts';
import { defaultChoices, type Source } from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import { folders } from '../../helpers/host.ts';
import { refuses } from '../../helpers/voices.ts';

/** Sources over a folder of dropped files, of which those in `kept` are needed. */
async function shelf() {
  const at = folders();
  const places = await Places.open(at.library);
  const folder = join(at.data, 'dropped');
  const kept = new Set<string>();
  const lines: string[] = [];
  const open = (needed = () => Promise.resolve<ReadonlySet<string>>(kept)): Promise<Sources> =>
    Sources.open({
      ...{ folder, needed, places: () => places, sample: '/sample.md' },
      log: (line) => lines.push(line),
    });
  return { folder, kept, lines, open };
}

const idOf = (source: Source): string => (source.kind === 'dropped' ? source.id : '');

describe('A dropped file', () => {
  test('is found by its id, under its name', async () => {
    const sources = await (await shelf()).open();
    const source = await sources.add('Books/My novel.md', Buffer.from('The sea.'));
    const [path] = await sources.resolve([source]);
    expect(basename(path!)).toBe('My novel.md');
    expect(readFileSync(path!, 'utf8')).toBe('The sea.');
  });

  test('that a training needs is found after a close and a start, and others are removed', async () => {
    const at = await shelf();
    const sources = await at.open();
    const needed = await sources.add('a.md', Buffer.from('The sea.'));
    const other = await sources.add('b.md', Buffer.from('The fog.'));
    at.kept.add(idOf(needed));
    await sources.close();
    expect(readdirSync(at.folder)).toEqual([idOf(needed)]);
    const again = await at.open();
    const [path] = await again.resolve([needed]);
    expect(readFileSync(path!, 'utf8')).toBe('The sea.');
    await refuses(() => again.resolve([other]), 'text.missing', 'drop it in again');
  });

  test('that no training needs is removed at the start after a crash, with what else lies there', async () => {
    const at = await shelf();
    const sources = await at.open();
    const needed = await sources.add('a.md', Buffer.from('The sea.'));
    await sources.add('b.md', Buffer.from('The fog.'));
    at.kept.add(idOf(needed));
    mkdirSync(join(at.folder, '0123456789abcdef'));
    writeFileSync(join(at.folder, 'fedcba9876543210'), 'half');
    await at.open();
    expect(readdirSync(at.folder)).toEqual([idOf(needed)]);
  });

  test('stays while it is not known what trainings need', async () => {
    const at = await shelf();
    const sources = await at.open();
    await sources.add('a.md', Buffer.from('The sea.'));
    await at.open(() => Promise.reject(new UserError('disk.failed', 'A plan cannot be read.')));
    expect(readdirSync(at.folder)).toHaveLength(1);
    expect(at.lines).toEqual([expect.stringContaining('A plan cannot be read.')]);
  });

  test('is nothing outside of the folder, whatever its id says', async () => {
    const at = await shelf();
    const sources = await at.open();
    mkdirSync(join(at.folder, '../elsewhere'));
    writeFileSync(join(at.folder, '../elsewhere/a.md'), 'Of no concern.');
    for (const id of ['../elsewhere', '', '.', '..', '0123456789abcdef', '0123456789ABCDEF']) {
      await refuses(() => sources.resolve([{ kind: 'dropped', id }]), 'text.missing');
    }
  });

  test('of which nothing is left in its folder is gone', async () => {
    const at = await shelf();
    const id = '0123456789abcdef';
    at.kept.add(id);
    mkdirSync(join(at.folder, id), { recursive: true });
    const sources = await at.open();
    await refuses(() => sources.resolve([{ kind: 'dropped', id }]), 'text.missing');
  });
});

describe('The dropped files that plans need', () => {
  const plan = (...ids: string[]) => ({
    sources: [
      { kind: 'library' as const, path: 'a.md' },
      ...ids.map((id) => ({ kind: 'dropped' as const, id })),
    ],
    choices: defaultChoices,
  });
  /** A voice with a checkpoint. */
  function voice(voices: string, name: string): string {
    const path = join(voices, `${name}.voice`);
    mkdirSync(join(path, 'checkpoints/ckpt-1'), { recursive: true });
    return path;
  }

  test('are those of all voices that can be resumed', async () => {
    const { data } = folders();
    await savePlan(voice(data, 'Mine'), plan('a', 'b'));
    await savePlan(voice(data, 'Ours'), plan('b', 'c'));
    voice(data, 'Planless');
    mkdirSync(join(data, 'Whole.voice'));
    mkdirSync(join(data, 'Done.voice/checkpoints'), { recursive: true });
    await savePlan(join(data, 'Done.voice'), plan('d'));
    writeFileSync(join(voice(data, 'Damaged'), 'checkpoints/plan.json'), '{"sources": [');
    writeFileSync(join(data, 'note.txt'), 'No voice.');
    expect([...(await droppedInPlans(data))].sort()).toEqual(['a', 'b', 'c']);
  });

  test('are not known while a plan cannot be read', async () => {
    const { data } = folders();
    mkdirSync(join(voice(data, 'Mine'), 'checkpoints/plan.json'));
    await refuses(() => droppedInPlans(data), 'disk.failed', 'plan.json');
  });
});
