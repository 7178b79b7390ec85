import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../shared/errors.ts';
import { bytes } from './format.ts';
import type { Output } from './output.ts';

/** `understudy export`: a voice as one file. */
export function addExport(program: Command, output: Output): void {
  program
    .command('export')
    .summary('pack a voice into one .zip')
    .description('Packs a voice, without its checkpoints, into one .zip file.')
    .argument('<voice>', 'folder of the voice')
    .argument('<file>', 'the .zip to write')
    .option('--json', 'print one JSON line: event, file, bytes')
    .action(async (voice: string, file: string, options: { json?: true }) => {
      if (existsSync(file)) {
        throw new UserError('voice.exists', `${file} is there already; choose another name.`);
      }
      const { exportVoice } = await import('../files/archive.ts');
      await exportVoice(voice, file);
      const { size } = statSync(file);
      if (options.json) output.json({ event: 'exported', file, bytes: size });
      else output.out(`${file} holds the voice (${bytes(size)}).\n`);
    });
}
