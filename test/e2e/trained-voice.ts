import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '..', '..');
/** Enough to spell a few words, in a few seconds. */
const recipe = [
  ...['--preset', 'small', '--layers', '96', '--batch', '8', '--window', '50'],
  ...['--rate', '0.01', '--warmup', '20', '--minutes', '0.1'],
];

/** Trains a voice on the sample with the command line. Gives its folder. */
export async function trainVoice(voice: string): Promise<string> {
  const sample = path.join(root, 'resources/sample-manuscript.md');
  const program = path.join(root, 'bin/understudy.js');
  await promisify(execFile)(process.execPath, [
    program,
    'train',
    sample,
    '--out',
    voice,
    ...recipe,
  ]);
  return voice;
}
