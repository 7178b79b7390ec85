import { describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/shared/errors.ts';
import { toBase64 } from '../../../src/renderer/state/base64.ts';
import { UnderWay } from '../../../src/renderer/state/under-way.svelte.ts';
import { Voices } from '../../../src/renderer/state/voices.svelte.ts';
import { connectApi, settled, start, voice } from './api.ts';

const harbour = voice('Harbour');

describe('voices', () => {
  test('follow what the host tells', async () => {
    const { client, server } = connectApi({});
    const voices = new Voices(client, start({ voices: [harbour] }), new UnderWay());
    server.emit('voicesChanged', [
      harbour,
      voice('Broken', { damaged: 'Its weights are damaged.' }),
    ]);
    await settled();
    expect(voices.list).toHaveLength(2);
    expect(voices.usable.map(({ name }) => name)).toEqual(['Harbour']);
    expect(voices.find('Nobody')).toBeNull();
  });

  test('are renamed, and a name that will not do is refused with a sentence', async () => {
    const { client, asked } = connectApi({ renameVoice: () => Promise.resolve(null) });
    const voices = new Voices(
      client,
      start({ voices: [harbour, voice('Letters')] }),
      new UnderWay(),
    );
    expect(await voices.rename('Harbour', 'letters')).toBe(false);
    expect(voices.remark?.sentence).toMatch(/There is a voice named Letters already/);
    expect(await voices.rename('Harbour', ' ')).toBe(false);
    expect(await voices.rename('Harbour', 'a/b')).toBe(false);
    expect(asked).toEqual([]);
    expect(await voices.rename('Harbour', ' Sea ')).toBe(true);
    expect(asked[0]?.request).toEqual({ voice: 'Harbour', name: 'Sea' });
    expect(voices.remark).toBeNull();
  });

  test('say beside the voice what went wrong', async () => {
    const { client } = connectApi({
      trashVoice: () =>
        Promise.reject(new UserError('voice.busy', 'Harbour is learning; stop it first.')),
    });
    const voices = new Voices(client, start({ voices: [harbour] }), new UnderWay());
    await voices.trash('Harbour');
    expect(voices.remark).toEqual({
      voice: 'Harbour',
      tone: 'problem',
      sentence: 'Harbour is learning; stop it first.',
    });
    expect(voices.busy).toBeNull();
  });

  test('say where an export went, and nothing where no place was chosen', async () => {
    let place: string | null = '~/Harbour.zip';
    const { client } = connectApi({
      async *exportVoice() {
        yield 'choosing';
        await settled(1);
        return place;
      },
    });
    const voices = new Voices(client, start({ voices: [harbour] }), new UnderWay());
    await voices.export('Harbour');
    expect(voices.remark?.sentence).toBe('Saved as ~/Harbour.zip.');
    place = null;
    await voices.export('Harbour');
    expect(voices.remark).toBeNull();
  });

  test('close the card of a voice that is gone', async () => {
    const { client, server } = connectApi({
      voiceDetails: ({ voice: name }) => Promise.resolve({ name } as never),
    });
    const voices = new Voices(client, start({ voices: [harbour] }), new UnderWay());
    await voices.showDetails('Harbour');
    expect(voices.details?.name).toBe('Harbour');
    server.emit('voicesChanged', []);
    await settled();
    expect(voices.details).toBeNull();
  });

  test('are imported from a file, whatever its size', async () => {
    const { client, asked } = connectApi({
      async *importVoice() {
        await settled(1);
        return 'Sea';
      },
    });
    const voices = new Voices(client, start(), new UnderWay());
    const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i % 251);
    await voices.import({ name: 'sea.zip', arrayBuffer: () => Promise.resolve(bytes.buffer) });
    expect(asked[0]?.request).toEqual({
      name: 'sea.zip',
      bytes: Buffer.from(bytes).toString('base64'),
    });
    expect(voices.remark).toEqual({ voice: 'Sea', tone: 'quiet', sentence: 'Sea was imported.' });
    await voices.import({ name: 'gone.zip', arrayBuffer: () => Promise.reject(new Error('gone')) });
    expect(voices.remark?.sentence).toBe('gone.zip could not be read; choose it again.');
    expect(toBase64(new Uint8Array())).toBe('');
  });

  test('show an export that takes long, and say nothing once it is stopped', async () => {
    const { client } = connectApi({
      async *exportVoice(_request, signal) {
        yield 'saving';
        await new Promise((done) => signal.addEventListener('abort', done));
        return null;
      },
    });
    const underWay = new UnderWay();
    const voices = new Voices(client, start({ voices: [harbour] }), underWay);
    const exported = voices.export('Harbour');
    await vi.waitFor(() => expect(underWay.list).toMatchObject([{ sentence: 'Saving Harbour …' }]));
    expect(voices.busy).toBe('Harbour');
    underWay.list[0]!.stop();
    await exported;
    expect([underWay.list, voices.busy, voices.remark]).toEqual([[], null, null]);
  });

  test('show an import that takes long, and say nothing once it is stopped', async () => {
    const { client } = connectApi({
      async *importVoice(_request, signal) {
        await new Promise((done) => signal.addEventListener('abort', done));
        return null;
      },
    });
    const underWay = new UnderWay();
    const voices = new Voices(client, start(), underWay);
    const file = { name: 'sea.zip', arrayBuffer: () => Promise.resolve(new ArrayBuffer(3)) };
    const imported = voices.import(file);
    await vi.waitFor(() =>
      expect(underWay.list).toMatchObject([{ sentence: 'Importing sea.zip …' }]),
    );
    underWay.list[0]!.stop();
    await imported;
    expect([underWay.list, voices.importing, voices.remark]).toEqual([[], false, null]);
  });
});
