import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** `understudy import`: an exported voice as a folder again. */
export function addImport(program: Command, output: Output): void {
  program
    .command('import')
    .summary('unpack an exported voice')
    .description('Unpacks a .zip that `understudy export` made, and checks it.')
    .argument('<file>', 'the .zip')
    .argument('[voice]', 'folder to make; by default NAME.voice here')
    .option('--json', 'print one JSON line: event, voice')
    .action(async (file: string, folder: string | undefined, options: { json?: true }) => {
      const voice = folder ?? `${basename(file).replace(/(\.voice)?\.zip$/i, '')}.voice`;
      const { importVoice } = await import('../files/archive.ts');
      await importVoice(file, voice);
      if (options.json) output.json({ event: 'imported', voice });
      else output.out(`${voice} is ready: understudy continue --voice ${voice} --prompt "..."\n`);
    });
}
