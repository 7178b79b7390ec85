/** What is done while the disk breaks, and what must hold whatever it answers. */
import { join } from 'node:path';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { LOCK } from '../../../src/main/files/lock.ts';
import { failure, unwrap, type Result } from '../../../src/shared/result.ts';
import { toEnd } from '../../../src/shared/rpc/index.ts';
import { hostHere, type OpenHost } from '../../helpers/host-here.ts';
import type { Folders } from './desk.ts';

/** The documents of the library by path. */
export type Texts = ReadonlyMap<string, string>;

export interface Scene {
  readonly name: string;
  /** So much of its matrix is enough; all of it where nothing is said. */
  readonly part?: number;
  /** With a disk that is well. */
  prepare(at: Folders): Promise<OpenHost>;
  act(open: OpenHost, at: Folders): Promise<Result<unknown>>;
  /** Whether it has come about: must hold once `act` says so. */
  done(texts: Texts): boolean;
  /** Whether the library is whole: must hold at any moment. */
  whole(texts: Texts): boolean;
}

export const OLD = 'The old text.\n';
export const NEW = `New words. ${OLD}`;
const THEIRS = 'What another program wrote.\n';

const write = (at: Folders, path: string, text: string): void => {
  mkdirSync(join(at.library, path, '..'), { recursive: true });
  writeFileSync(join(at.library, path), text);
};

/** A host with `a.md` open and words in it that are not saved. */
async function typed(at: Folders): Promise<OpenHost> {
  write(at, 'a.md', OLD);
  const open = await hostHere(at);
  const { call } = open.client;
  // Nothing is saved before it is asked for.
  unwrap(await call.changeSettings({ autosaveDelay: 1000 }));
  const { version } = unwrap(await call.openDocument({ path: 'a.md' }));
  const edits = [{ from: 0, to: 0, insert: 'New words. ' }];
  unwrap(await call.editDocument({ path: 'a.md', base: version, edits }));
  return open;
}

/** The same, and another program has changed the file: both versions are there. */
async function torn(at: Folders): Promise<OpenHost> {
  const open = await typed(at);
  write(at, 'a.md', THEIRS);
  await open.client.call.saveDocument({ path: 'a.md' });
  if (open.state('a.md')?.kind !== 'conflict') throw new Error('There is no conflict');
  return open;
}

/** A host with the old text open, and the new one among its snapshots. */
async function rewritten(at: Folders): Promise<OpenHost> {
  write(at, 'a.md', NEW);
  const before = await hostHere(at);
  const { call } = before.client;
  const { text, version } = unwrap(await call.openDocument({ path: 'a.md' }));
  unwrap(await call.takeSnapshot({ path: 'a.md', name: 'The new one' }));
  const edits = [{ from: 0, to: text.length, insert: OLD }];
  unwrap(await call.editDocument({ path: 'a.md', base: version, edits }));
  await before.host.close();
  const open = await hostHere(at);
  unwrap(await open.client.call.changeSettings({ autosaveDelay: 1000 }));
  unwrap(await open.client.call.openDocument({ path: 'a.md' }));
  return open;
}

/** As the timeline of the page does it, and then saved. */
async function restore({ client: { call } }: OpenHost): Promise<Result<unknown>> {
  const path = 'a.md';
  const listed = await call.snapshots({ path });
  if (!listed.ok) return listed;
  const found = listed.value.snapshots.find(({ name }) => name === 'The new one');
  // It is told as damaged where the disk cannot read it now.
  if (!found) return failure(new Error('It is not listed'));
  const { id: snapshot } = found;
  const read = await call.readSnapshot({ path, id: snapshot });
  if (!read.ok) return read;
  const { text, version } = unwrap(await call.openDocument({ path }));
  const edits = [{ from: 0, to: text.length, insert: read.value.text }];
  const keep = { kind: 'restore', snapshot } as const;
  unwrap(await call.editDocument({ path, base: version, edits, keep }));
  return call.saveDocument({ path });
}

/** A host that ended with two versions: the writer's is in its journal alone. */
async function left(at: Folders): Promise<OpenHost> {
  const open = await torn(at);
  await open.host.close();
  return open;
}

/** The next start: what the journal has comes back and is kept. */
async function recover(at: Folders): Promise<Result<unknown>> {
  try {
    const next = await hostHere(at);
    const kept = await keepRecovered(next);
    // The texts are closed first; what fails after them is left to the next start.
    await next.host.close().catch(() => undefined);
    return kept;
  } catch (error) {
    return failure(error);
  } finally {
    // A process that does not start, or whose disk is broken when it ends, leaves a lock that nobody holds:
    // this one goes on.
    rmSync(join(at.data, LOCK), { force: true });
  }
}

async function keepRecovered({ client: { call } }: OpenHost): Promise<Result<unknown>> {
  const path = 'a.md';
  const opened = await call.openDocument({ path });
  if (!opened.ok) return opened;
  if (opened.value.text !== NEW) return failure(new Error('Another text came back'));
  return call.settleDocument({ path, settlement: { keep: 'mine' } });
}

const has = (texts: Texts, text: string): boolean => [...texts.values()].includes(text);

/** The only document beside copies. */
const only = (texts: Texts, path: string, text: string): boolean =>
  texts.size === 1 && texts.get(path) === text;

export const scenes: readonly Scene[] = [
  {
    name: 'save',
    prepare: typed,
    act: ({ client }) => client.call.saveDocument({ path: 'a.md' }),
    done: (texts) => only(texts, 'a.md', NEW),
    whole: (texts) => only(texts, 'a.md', OLD) || only(texts, 'a.md', NEW),
  },
  {
    name: 'close',
    prepare: typed,
    act: ({ client }) => client.call.closeDocument({ path: 'a.md' }),
    done: (texts) => only(texts, 'a.md', NEW),
    whole: (texts) => only(texts, 'a.md', OLD) || only(texts, 'a.md', NEW),
  },
  {
    name: 'rename',
    prepare: typed,
    act: ({ client }) => client.call.renameEntry({ path: 'a.md', name: 'b.md' }),
    done: (texts) => only(texts, 'b.md', NEW),
    whole: (texts) =>
      only(texts, 'a.md', OLD) || only(texts, 'a.md', NEW) || only(texts, 'b.md', NEW),
  },
  {
    name: 'move',
    async prepare(at) {
      write(at, 'book/c.md', 'Another.\n');
      return typed(at);
    },
    act: ({ client }) => client.call.moveEntry({ path: 'a.md', folder: 'book' }),
    done: (texts) => texts.size === 2 && texts.get('book/a.md') === NEW,
    whole: (texts) => {
      const text = texts.get('a.md') ?? texts.get('book/a.md');
      return texts.size === 2 && (text === OLD || text === NEW);
    },
  },
  {
    name: 'keep mine',
    prepare: torn,
    act: ({ client }) => client.call.settleDocument({ path: 'a.md', settlement: { keep: 'mine' } }),
    done: (texts) => texts.get('a.md') === NEW && has(texts, THEIRS),
    whole: (texts) => has(texts, THEIRS) && [NEW, THEIRS].includes(texts.get('a.md')!),
  },
  {
    name: 'keep theirs',
    prepare: torn,
    act: ({ client }) =>
      client.call.settleDocument({ path: 'a.md', settlement: { keep: 'theirs' } }),
    done: (texts) => texts.get('a.md') === THEIRS && has(texts, NEW),
    whole: (texts) => texts.get('a.md') === THEIRS,
  },
  {
    name: 'restore',
    prepare: rewritten,
    act: restore,
    done: (texts) => only(texts, 'a.md', NEW),
    whole: (texts) => only(texts, 'a.md', OLD) || only(texts, 'a.md', NEW),
  },
  {
    name: 'recover',
    // Three starts of a host for each fault.
    part: 0.2,
    prepare: left,
    act: (_, at) => recover(at),
    done: (texts) => texts.get('a.md') === NEW && has(texts, THEIRS),
    whole: (texts) => has(texts, THEIRS) && [NEW, THEIRS].includes(texts.get('a.md')!),
  },
  {
    name: 'create',
    prepare: typed,
    act: ({ client }) => client.call.createDocument({ folder: '', name: 'b.md' }),
    done: (texts) => texts.get('b.md') === '',
    whole: (texts) => (texts.get('b.md') ?? '') === '' && texts.has('a.md'),
  },
  {
    name: 'import',
    prepare: typed,
    act: ({ client }) =>
      toEnd(client.stream.importFiles, {
        folder: '',
        files: [{ name: 'b.md', bytes: Buffer.from(THEIRS).toString('base64') }],
      }),
    done: (texts) => has(texts, THEIRS),
    whole: (texts) => [...texts].every(([path, text]) => path === 'a.md' || text === THEIRS),
  },
  {
    name: 'trash',
    prepare: typed,
    act: ({ client }) => client.call.trashEntry({ path: 'a.md' }),
    done: (texts) => !texts.has('a.md'),
    whole: (texts) => texts.size === 0 || [OLD, NEW].includes(texts.get('a.md')!),
  },
];
