import { Option, type Command } from 'commander';
import type { CellKind, PresetName, UnitsKind } from '../../shared/config.ts';
import type { DeviceChoice } from '../../shared/devices.ts';
import { UserError } from '../../shared/errors.ts';
import type { TrainingPrecision } from '../backends/backend.ts';
import type { TrainRequest, TrainResult } from '../engine/train-voice.ts';
import { deviceOption, equipment } from './device.ts';
import { count, duration, figure, shellQuote } from './format.ts';
import { addParameters, overridesOf } from './hyperparameters.ts';
import { onInterrupt } from './interrupt.ts';
import { numberFlag } from './numbers.ts';
import type { Output } from './output.ts';
import { barView, jsonView, plainView } from './train-view.ts';

interface TrainFlags {
  readonly out: string;
  readonly units?: UnitsKind;
  readonly cell: CellKind;
  readonly preset: 'auto' | PresetName;
  readonly resume?: true;
  readonly device: DeviceChoice;
  readonly threads?: number;
  readonly precision: TrainingPrecision;
  readonly range?: NonNullable<TrainRequest['range']>;
  readonly json?: true;
}

const endings: Readonly<Record<TrainResult['ending'], string>> = {
  finished: 'as planned',
  'no longer learning': 'it had stopped learning, so it stopped',
  stopped: 'stopped',
};

/** Flags that a resumed run takes; all else stands in its checkpoint. */
const forResume = new Set(['out', 'resume', 'threads', 'device', 'precision', 'json', 'range']);

const ignoredByResume = (command: Command): string[] =>
  command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .filter((option) => !forResume.has(option.attributeName()))
    .map((option) => option.long ?? option.flags);

/** The command that goes on with a run that was stopped. */
function resumeCommand(files: readonly string[], flags: TrainFlags): string {
  const words = ['understudy', 'train', ...files, '--out', flags.out, '--resume'];
  if (flags.device !== 'auto') words.push('--device', flags.device);
  if (flags.threads !== undefined) words.push('--threads', String(flags.threads));
  if (flags.precision !== 'auto') words.push('--precision', flags.precision);
  if (flags.range) words.push('--range', `${flags.range.from}-${flags.range.to ?? ''}`);
  return words.map(shellQuote).join(' ');
}

/** `understudy train`: manuscripts in, a voice out. */
export function addTrain(program: Command, output: Output): void {
  const command = program
    .command('train')
    .summary('learn a voice from manuscripts')
    .description(
      'Learns a voice from .txt and .md files, and from folders of them. The end of every document is ' +
        'held back to see how well it does; the voice that does best there is kept. ' +
        'Ctrl+C saves and says how to go on.',
    )
    .argument('<files...>', 'manuscripts, or folders of them')
    .requiredOption('--out <voice>', 'folder of the voice, as in my.voice')
    .addOption(
      new Option('--units <kind>', 'what it writes in (default: as the preset)').choices([
        'char',
        'word',
        'subword',
      ]),
    )
    .addOption(
      new Option('--cell <kind>', 'recurrent cell').choices(['lstm', 'gru']).default('lstm'),
    )
    .addOption(
      new Option('--preset <name>', 'starting point; auto goes by the size of the text')
        .choices(['auto', 'small', 'medium', 'large'])
        .default('auto'),
    )
    .option('--resume', 'go on from the last checkpoint, to the same numbers')
    .addOption(
      deviceOption(
        'what to train on: the processor, an NVIDIA GPU by CUDA, a GPU by WebGPU; auto measures those that are here and takes the fastest',
      ),
    )
    .option(
      '--threads <n>',
      'threads (default: all)',
      numberFlag('--threads', { integer: true, minimum: 1, maximum: 1024 }),
    )
    .addOption(
      new Option(
        '--precision <kind>',
        'what a step multiplies; auto is bfloat16 where the processor has it, about twice as fast',
      )
        .choices(['auto', 'float32', 'bfloat16'])
        .default('auto'),
    )
    .option('--json', 'print events as JSON lines');
  addParameters(command);
  command.action(async (files: string[]) => {
    const flags = command.opts<TrainFlags>();
    const ignored = flags.resume ? ignoredByResume(command) : [];
    if (ignored.length > 0) {
      output.note(
        `--resume goes on with the settings it began with; left aside: ${ignored.join(', ')}\n`,
      );
    }
    const { trainVoice } = await import('../engine/train-voice.ts');
    const now = (): number => performance.now();
    const view = flags.json
      ? jsonView(output, now)
      : output.interactive
        ? await barView(output)
        : plainView(output, now);
    const interrupt = onInterrupt(
      output,
      'Finishing this step and saving. Press Ctrl+C again to stop at once.',
    );
    let result: TrainResult;
    try {
      result = await trainVoice(
        {
          files,
          out: flags.out,
          resume: flags.resume ?? false,
          preset: flags.preset,
          units: flags.units ?? null,
          cell: flags.cell,
          overrides: overridesOf(command),
          range: flags.range ?? null,
          device: flags.device,
          threads: flags.threads,
          precision: flags.precision,
        },
        {
          signal: interrupt.signal,
          event: (event) => view.show(event),
          equipment: await equipment(),
        },
      );
    } finally {
      view.close();
      interrupt.dispose();
    }
    if (flags.json) output.json({ event: 'result', voice: flags.out, ...result });
    if (result.ending === 'stopped') {
      throw new UserError(
        'training.interrupted',
        `Stopped at step ${count(result.steps)} and saved. Go on with: ${resumeCommand(files, flags)}`,
      );
    }
    if (flags.json) return;
    const { bitsPerCharacter: bits } = result;
    output.out(
      `${flags.out} is ready: ${count(result.steps)} steps in ${duration(result.seconds)}, ${endings[result.ending]}` +
        `${bits === null ? '' : `; ${figure(bits, 3)} bits/character on the held-back pages`}.\n` +
        `Try it: understudy continue --voice ${shellQuote(flags.out)} --prompt "The house was quiet"\n`,
    );
  });
}
