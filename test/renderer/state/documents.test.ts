import { describe, expect, test } from 'vitest';
import { noMarks, type ApiHandlers, type Marks } from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import type { Editor, EditorText } from '../../../src/renderer/editor/types.ts';
import { Documents } from '../../../src/renderer/state/documents.svelte.ts';
import { Notices } from '../../../src/renderer/state/notices.svelte.ts';
import { Session } from '../../../src/renderer/state/session.svelte.ts';
import { connectApi, settled, start } from './api.ts';
import { opened } from './document-host.ts';

/** An editor that keeps one text for each document, as the real one does. */
class FakeEditor {
  readonly texts = new Map<string, string>();
  shown: string | null = null;

  show({ path, text }: EditorText): void {
    if (!this.texts.has(path)) this.texts.set(path, text);
    this.shown = path;
  }
  replaceText(path: string, text: string): void {
    this.texts.set(path, text);
  }
  renamed(from: string, to: string): void {
    this.texts.set(to, this.texts.get(from) ?? '');
    this.texts.delete(from);
    if (this.shown === from) this.shown = to;
  }
  forget(path: string): void {
    this.texts.delete(path);
  }
  undoHistory(): string | null {
    return null;
  }
  text(): string {
    return this.texts.get(this.shown ?? '') ?? '';
  }
  marks(): Marks {
    return noMarks;
  }
  caret(): number {
    return 0;
  }
  focus(): void {}
}

function room(handlers: Partial<ApiHandlers> = {}, session = start().session) {
  const files: Record<string, string> = { 'Fog.md': 'The fog', 'Novel/One.md': 'One' };
  const connection = connectApi({
    openDocument: ({ path }) =>
      path in files
        ? Promise.resolve(opened({ path, text: files[path]! }))
        : Promise.reject(new UserError('document.missing', 'It is gone.')),
    closeDocument: () => Promise.resolve(null),
    saveSession: () => Promise.resolve(null),
    setPreferences: () => Promise.resolve(null),
    ...handlers,
  });
  const { client } = connection;
  const notices = new Notices();
  const documents = new Documents({
    client,
    notices,
    session: new Session(client, start({ session })),
  });
  const editor = new FakeEditor();
  documents.attach(editor as Partial<Editor> as Editor);
  return { ...connection, documents, notices, editor };
}

describe('documents', () => {
  test('are shown in the editor when they are opened', async () => {
    const { documents, editor } = room();
    await documents.open('Fog.md');
    expect(documents.active?.name).toBe('Fog');
    expect(editor.text()).toBe('The fog');
  });

  test('are open once, however often they are asked for', async () => {
    const { documents } = room();
    await Promise.all([documents.open('Fog.md'), documents.open('Fog.md')]);
    await documents.open('Fog.md');
    expect(documents.list).toHaveLength(1);
  });

  test('that are missing are said to be, and nothing else changes', async () => {
    const { documents, notices } = room();
    expect(await documents.open('Gone.md')).toBeNull();
    expect(notices.list.map(({ sentence }) => sentence)).toEqual(['It is gone.']);
    expect(documents.list).toEqual([]);
  });

  test('come back as they were left, without those that are gone', async () => {
    const session = {
      ...start().session,
      open: ['Fog.md', 'Gone.md', 'Novel/One.md'],
      active: 'Novel/One.md',
    };
    const { documents, notices } = room({}, session);
    await documents.restore();
    expect(documents.list.map(({ path }) => path)).toEqual(['Fog.md', 'Novel/One.md']);
    expect(documents.active?.path).toBe('Novel/One.md');
    expect(notices.list).toEqual([]);
  });

  test('go with their folder when it is renamed', async () => {
    const { documents, server, editor } = room();
    await documents.open('Novel/One.md');
    server.emit('documentMoved', { from: 'Novel', to: 'Book' });
    await settled();
    expect(documents.active?.path).toBe('Book/One.md');
    expect(documents.active?.queue.path).toBe('Book/One.md');
    expect(editor.shown).toBe('Book/One.md');
  });

  test('leave their place to the next tab when they are closed', async () => {
    const { documents } = room();
    await documents.open('Fog.md');
    await documents.open('Novel/One.md');
    await documents.close(documents.active!);
    expect(documents.active?.path).toBe('Fog.md');
  });

  test('stay open where they cannot be saved', async () => {
    const { documents, notices } = room({
      closeDocument: () => Promise.reject(new UserError('disk.full', 'The disk is full.')),
    });
    const document = await documents.open('Fog.md');
    await documents.close(document!);
    expect(documents.list).toHaveLength(1);
    expect(notices.list.map(({ tone }) => tone)).toEqual(['problem']);
  });

  test('show what another program wrote', async () => {
    const { documents, server, editor } = room();
    await documents.open('Fog.md');
    server.emit('documentReloaded', opened({ text: 'The mist', version: 1 }));
    await settled();
    expect(editor.text()).toBe('The mist');
    expect(documents.active?.queue.version).toBe(1);
  });

  test('know how their saving goes', async () => {
    const { documents, server } = room();
    const document = (await documents.open('Fog.md'))!;
    server.emit('saveState', {
      path: 'Fog.md',
      state: { kind: 'conflict', base: null, theirs: 'x' },
    });
    await settled();
    expect(document.save.kind).toBe('conflict');
  });

  test('are not called saved while something typed is still on its way', async () => {
    let arrived = (): void => undefined;
    const { documents, server } = room({
      editDocument: ({ base }) =>
        new Promise((resolve) => (arrived = () => resolve({ version: base + 1 }))),
    });
    const document = (await documents.open('Fog.md'))!;
    const saved = (version: number): void =>
      server.emit('saveState', { path: 'Fog.md', state: { kind: 'saved', version } });
    document.edited([{ from: 0, to: 0, insert: 'x' }]);
    const sent = document.queue.flush();
    await settled();
    saved(1);
    await settled();
    expect(document.save.kind).toBe('unsaved');
    arrived();
    await sent;
    saved(2);
    await settled();
    expect(document.save.kind).toBe('saved');
  });

  test('show the kept text when a conflict is settled, with what was typed meanwhile', async () => {
    const theirs = opened({ text: 'theirs', version: 9 });
    const bases: number[] = [];
    const at = room({
      // As the host does: first the other text, then the reply. In between the writer types on.
      async settleDocument() {
        at.server.emit('documentReloaded', theirs);
        await settled();
        at.editor.replaceText('Fog.md', 'Not theirs');
        document.edited([{ from: 0, to: 0, insert: 'Not ' }]);
        return theirs;
      },
      editDocument({ base }) {
        bases.push(base);
        return Promise.resolve({ version: base + 1 });
      },
    });
    const document = (await at.documents.open('Fog.md'))!;
    await at.documents.settle(document, { keep: 'theirs' });
    await document.queue.flush();
    expect(at.editor.text()).toBe('Not theirs');
    expect(bases).toEqual([9]);
    expect(document.queue.version).toBe(10);
  });
});
