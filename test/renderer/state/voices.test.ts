import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/shared/errors.ts';
import { toBase64 } from '../../../src/renderer/state/base64.ts';
import { Voices } from '../../../src/renderer/state/voices.svelte.ts';
import { connectApi, settled, start, voice } from './api.ts';

const harbour = voice('Harbour');

describe('voices', () => {
  test('follow what the host tells', async () => {
    const { client, server } = connectApi({});
    const voices = new Voices(client, start({ voices: [harbour] }));
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
    const voices = new Voices(client, start({ voices: [harbour, voice('Letters')] }));
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
    const voices = new Voices(client, start({ voices: [harbour] }));
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
    const { client } = connectApi({ exportVoice: () => Promise.resolve(place) });
    const voices = new Voices(client, start({ voices: [harbour] }));
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
    const voices = new Voices(client, start({ voices: [harbour] }));
    await voices.showDetails('Harbour');
    expect(voices.details?.name).toBe('Harbour');
    server.emit('voicesChanged', []);
    await settled();
    expect(voices.details).toBeNull();
  });

  test('are imported from a file, whatever its size', async () => {
    const { client, asked } = connectApi({ importVoice: () => Promise.resolve('Sea') });
    const voices = new Voices(client, start());
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
});
