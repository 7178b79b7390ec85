import { Option, type Command } from 'commander';
import type { DeviceChoice } from '../../shared/devices.ts';
import { UserError } from '../../shared/errors.ts';
import { deviceOption, remarkOnDevice, WRITES_ON } from './device.ts';
import { count, figure, plural } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import { numberFlag } from './numbers.ts';
import type { Output } from './output.ts';

interface EvaluateFlags {
  readonly voice: string;
  readonly device: DeviceChoice;
  readonly threads?: number;
  readonly precision: 'float32' | 'int8';
  readonly json?: true;
}

/** `understudy evaluate`: how well a voice predicts pages, best ones it has not studied. */
export function addEvaluate(program: Command, output: Output): void {
  const command = program
    .command('evaluate')
    .summary('measure how well a voice predicts a text')
    .description(
      'Measures how well a voice predicts files. Lower is better; use pages it has not studied.',
    )
    .argument('<files...>', 'texts, or folders of them')
    .requiredOption('--voice <voice>', 'folder of the voice')
    .addOption(deviceOption(WRITES_ON))
    .option(
      '--threads <n>',
      'threads (default: all)',
      numberFlag('--threads', { integer: true, minimum: 1, maximum: 1024 }),
    )
    .addOption(
      new Option('--precision <kind>', 'weights, as `continue` has them')
        .choices(['float32', 'int8'])
        .default('float32'),
    )
    .option('--json', 'print one JSON line');
  command.action(async (files: string[]) => {
    const { voice, device, threads, precision, json } = command.opts<EvaluateFlags>();
    remarkOnDevice(device, output);
    const { evaluateVoice } = await import('../engine/evaluate-voice.ts');
    const interrupt = onInterrupt(output, '');
    const result = await evaluateVoice({ voice, files, threads, precision }, interrupt).finally(
      () => interrupt.dispose(),
    );
    if (interrupt.signal.aborted) {
      throw new UserError('generation.cancelled', 'Stopped before all files were read.');
    }
    if (json) {
      output.json({ event: 'evaluation', voice, ...result });
      return;
    }
    output.out(
      `${figure(result.bitsPerCharacter, 3)} bits/character, perplexity ${figure(result.perplexity, 2)} per unit\n` +
        `${plural(result.words, 'word')}, ${plural(result.characters, 'character')}, ` +
        `${plural(result.tokens, 'unit')} in ${plural(result.files, 'file')}` +
        `${result.unknown > 0 ? `; ${count(result.unknown)} unknown` : ''}\n`,
    );
  });
}
