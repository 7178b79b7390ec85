import { Argument, Option, type Command } from 'commander';
import type { DeviceChoice } from '../../shared/devices.ts';
import { UserError } from '../../shared/errors.ts';
import { appVersion } from '../engine/system.ts';
import { deviceOption } from './device.ts';
import { numberFlag, type NumberBounds } from './numbers.ts';
import type { Output } from './output.ts';

export const benchKinds = ['train', 'sample', 'quality'] as const;
export type BenchKind = (typeof benchKinds)[number];
export const recipeNames = ['recipe-c', 'char-rnn'] as const;

/** What the three measurements need; sizes are named as in the papers. */
export interface BenchOptions {
  readonly T: number;
  readonly B: number;
  readonly E: number;
  readonly H: number;
  readonly L: number;
  readonly V: number;
  readonly runs: number;
  readonly device: DeviceChoice;
  readonly threads: number;
  readonly seed: number;
  readonly epochs: number;
  /** Stops after this much training time. */
  readonly seconds: number;
  readonly text?: string;
  readonly recipe: (typeof recipeNames)[number];
  readonly precision: 'auto' | 'float32' | 'bfloat16' | 'int8';
}

const integer = (maximum: number): NumberBounds => ({ integer: true, minimum: 1, maximum });

const numbers: readonly (readonly [string, NumberBounds, number, string])[] = [
  ['T', integer(4096), 64, 'units in a window'],
  ['B', integer(4096), 32, 'columns side by side'],
  ['E', integer(8192), 256, 'size of the embedding'],
  ['H', integer(8192), 512, 'size of each layer'],
  ['L', integer(4), 2, 'layers'],
  ['V', { ...integer(200_000), minimum: 3 }, 80, 'vocabulary'],
  ['runs', integer(100_000), 15, 'steps timed; 30 times as many when sampling'],
  ['threads', integer(1024), 2, 'threads'],
  ['seed', { ...integer(0xffff_ffff), minimum: 0 }, 1, 'seed of weights and masks'],
  ['epochs', integer(10_000), 10, 'quality: times through the text'],
  ['seconds', { above: 0, maximum: 1e9 }, 1e9, 'quality: stop after this much training time'],
];

/** `understudy bench`: one JSON line with the fields of the peers' programs. */
export function addBench(program: Command, output: Output): void {
  const command = program
    .command('bench')
    .summary('measure this computer')
    .description(
      'Measures training steps, sampling, or quality over time, and prints one JSON line:\n' +
        '{peer, what, ms, tokens_per_s}, or {peer, what, curve, best, parameters} for quality.',
    )
    .addArgument(new Argument('<what>', 'what to measure').choices(benchKinds));
  for (const [name, bounds, value, help] of numbers) {
    command.addOption(
      new Option(`--${name} <n>`, help).argParser(numberFlag(`--${name}`, bounds)).default(value),
    );
  }
  command
    .addOption(
      deviceOption(
        'train, quality: what to train on; auto takes the fastest. Sampling is on the processor',
      ),
    )
    .option('--text <file>', 'quality: the text')
    .addOption(
      new Option('--recipe <name>', 'quality: the recipe').choices(recipeNames).default('recipe-c'),
    )
    .addOption(
      new Option(
        '--precision <kind>',
        'train, quality: products, float32 or bfloat16; sample: weights, float32 or int8',
      )
        .choices(['auto', 'float32', 'bfloat16', 'int8'])
        .default('auto'),
    )
    .action(async (what: BenchKind) => {
      const options = command.opts<BenchOptions>();
      if (what === 'quality' && options.text === undefined) {
        throw new UserError('usage', 'bench quality needs --text FILE, the text to learn.');
      }
      const { precision } = options;
      if (precision === (what === 'sample' ? 'bfloat16' : 'int8')) {
        throw new UserError('usage', `bench ${what} does not know --precision ${precision}.`);
      }
      const { backend, result } = await (
        await import('./bench-run.ts')
      ).measure(what, options, output);
      const peer = `understudy ${appVersion()} ${backend.name}`;
      output.json({ peer, what, ...result });
    });
}
