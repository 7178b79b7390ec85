import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadVoice } from '../../src/main/files/voice-folder.ts';
import { jsonLines, prose, start, temporaryFolder, tiny } from '../helpers/understudy.ts';

const train = (...rest: string[]): string[] => [
  'train',
  'a.txt',
  '--out',
  'my.voice',
  '--json',
  ...rest,
];

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s finishes the step, saves, says how to go on, and --resume does',
  async (signal) => {
    using folder = temporaryFolder();
    folder.write('a.txt', prose(12));
    const running = start(folder.path, train(...tiny, '--epochs', '500'));
    await running.until(/"progress"/);
    running.child.kill(signal);
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain('--resume');
    const voice = join(folder.path, 'my.voice');
    const stopped = await loadVoice(voice);

    const resumed = start(folder.path, train('--resume', '--threads', '1'));
    await resumed.until(/"progress"/);
    resumed.child.kill(signal);
    const { out } = await resumed.ended;
    const first = jsonLines(out).find(({ event }) => event === 'progress');
    expect(first?.['step']).toBeGreaterThanOrEqual(stopped.card.metrics.steps + 1);
  },
);
