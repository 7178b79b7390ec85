import { Argument, Option, type Command } from 'commander';
import type { DeviceChoice } from '../../shared/devices.ts';
import { UserError } from '../../shared/errors.ts';
import type { ContinueRequest } from '../engine/continue-text.ts';
import type { GenerationEvent } from '../lm/generation/index.ts';
import { deviceOption, remarkOnDevice, WRITES_ON } from './device.ts';
import { onInterrupt } from './interrupt.ts';
import { describeBounds, numberFlag, parseNumber, type NumberBounds } from './numbers.ts';
import type { Output } from './output.ts';
import { readPrompt } from './prompt.ts';

type Settings = ContinueRequest['settings'];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface ContinueFlags {
  readonly voice: string;
  readonly prompt?: string;
  readonly file?: string;
  readonly creativity: number;
  readonly greedy?: true;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly typical?: number;
  readonly dry: boolean;
  readonly dryMultiplier?: number;
  readonly dryBase?: number;
  readonly dryAllowed?: number;
  readonly invent?: true;
  readonly length: NonNullable<Settings['length']>;
  readonly count: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  readonly maxTokens?: number;
  readonly context?: number;
  readonly precision: 'float32' | 'int8';
  readonly device: DeviceChoice;
  readonly threads?: number;
  readonly json?: true;
}

const SAMPLING = 'Sampling (instead of what --creativity stands for):';
const whole = (minimum: number, maximum: number): NumberBounds => ({
  integer: true,
  minimum,
  maximum,
});

const numbers: readonly (readonly [string, string, NumberBounds, string, string?])[] = [
  ['--temperature', 'x', { minimum: 0.01, maximum: 10 }, 'higher is wilder', SAMPLING],
  ['--top-k', 'n', whole(0, 1_000_000), 'only the n likeliest; 0 for all', SAMPLING],
  ['--top-p', 'p', { minimum: 0.001, maximum: 1 }, 'only the likeliest that sum to p', SAMPLING],
  ['--min-p', 'p', { minimum: 0, maximum: 1 }, 'at least this share of the likeliest', SAMPLING],
  ['--typical', 'p', { minimum: 0.001, maximum: 1 }, 'locally typical sampling', SAMPLING],
  ['--dry-multiplier', 'x', { minimum: 0, maximum: 100 }, 'strength against loops', SAMPLING],
  ['--dry-base', 'x', { minimum: 1, maximum: 10 }, 'growth with the length of a repeat', SAMPLING],
  ['--dry-allowed', 'n', whole(1, 1000), 'units that may repeat freely', SAMPLING],
  ['--max-tokens', 'n', whole(1, 100_000), 'most units to write'],
  ['--seed', 's', whole(0, 0xffff_ffff), 'same seed, same text'],
  ['--context', 'n', whole(1, 1_000_000_000), 'characters read back (default: all)'],
  ['--threads', 'n', whole(1, 1024), 'threads (default: all)'],
];

function parseLength(text: string): NonNullable<Settings['length']> {
  if (text === 'phrase' || text === 'sentence' || text === 'paragraph') return { kind: text };
  if (!/^[\d.+-]/.test(text)) {
    throw new UserError(
      'usage',
      `--length is "${text}"; it must be phrase, sentence, paragraph, or a number of words.`,
    );
  }
  return { kind: 'words', count: parseNumber('--length', text, whole(1, 10_000)) };
}

/** What was typed instead of what the creativity stands for. */
async function settingsOf(flags: ContinueFlags): Promise<Settings> {
  const settings: Mutable<Settings> = {
    length: flags.length,
    alternatives: flags.count,
    stopTexts: flags.stop,
  };
  if (flags.greedy) settings.greedy = true;
  if (flags.invent) settings.lexicon = null;
  for (const name of [
    'temperature',
    'topK',
    'topP',
    'minP',
    'typical',
    'seed',
    'maxTokens',
  ] as const) {
    const value = flags[name];
    if (value !== undefined) settings[name] = value;
  }
  const { dryMultiplier, dryBase, dryAllowed } = flags;
  if (!flags.dry) {
    settings.dry = null;
  } else if (dryMultiplier !== undefined || dryBase !== undefined || dryAllowed !== undefined) {
    const [{ readCard }, { settingsFor }] = await Promise.all([
      import('../files/voice-folder.ts'),
      import('../lm/generation/settings.ts'),
    ]);
    const { kind } = (await readCard(flags.voice)).config.units;
    const { dry } = settingsFor(flags.creativity, kind, 1);
    settings.dry = {
      multiplier: dryMultiplier ?? dry?.multiplier ?? 0,
      base: dryBase ?? dry?.base ?? 1,
      allowed: dryAllowed ?? dry?.allowed ?? 1,
    };
  }
  return settings;
}

/** `understudy continue`: goes on with a paragraph, streaming. */
export function addContinue(program: Command, output: Output): void {
  const command = program
    .command('continue')
    .summary('continue a paragraph in a voice')
    .description('Continues a text in a voice. What it writes goes to standard output as it comes.')
    .addArgument(new Argument('[-]', 'read the text from standard input').choices(['-']))
    .requiredOption('--voice <voice>', 'folder of the voice')
    .option('--prompt <text>', 'the text to continue')
    .option('--file <file>', 'continue the end of this file')
    .option(
      '--creativity <c>',
      `0 is close to you, 100 is wild (${describeBounds({ minimum: 0, maximum: 100 })})`,
      numberFlag('--creativity', { minimum: 0, maximum: 100 }),
      50,
    )
    .addOption(
      new Option('--length <length>', 'phrase, sentence, paragraph, or a number of words')
        .argParser(parseLength)
        .default({ kind: 'paragraph' }, 'paragraph'),
    )
    .option('--count <n>', 'alternatives, numbered', numberFlag('--count', whole(1, 64)), 1)
    .addOption(
      new Option('--stop <text>', 'stop before this text; may be given several times')
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([], 'none'),
    )
    .addOption(new Option('--greedy', 'always the likeliest unit').helpGroup(SAMPLING))
    .addOption(new Option('--no-dry', 'allow loops').helpGroup(SAMPLING))
    .addOption(
      new Option('--invent', 'spell words it has never met, too (units char)').helpGroup(SAMPLING),
    )
    .addOption(
      new Option('--precision <kind>', 'weights; int8 is faster for large voices')
        .choices(['float32', 'int8'])
        .default('float32'),
    )
    .addOption(deviceOption(WRITES_ON))
    .option('--json', 'print JSON lines');
  for (const [flag, value, bounds, help, group] of numbers) {
    const option = new Option(`${flag} <${value}>`, help).argParser(numberFlag(flag, bounds));
    command.addOption(group === undefined ? option : option.helpGroup(group));
  }
  command.action(async (dash: '-' | undefined) => {
    const flags = command.opts<ContinueFlags>();
    const prompt = await readPrompt(
      { prompt: flags.prompt, file: flags.file, stdin: dash === '-' },
      flags.context ?? null,
      output,
    );
    remarkOnDevice(flags.device, output);
    const { continueText } = await import('../engine/continue-text.ts');
    const request: ContinueRequest = {
      voice: flags.voice,
      prompt,
      creativity: flags.creativity,
      settings: await settingsOf(flags),
      threads: flags.threads,
      precision: flags.precision,
    };
    const interrupt = onInterrupt(output, '');
    try {
      await write(continueText(request, interrupt), flags, output);
    } finally {
      interrupt.dispose();
    }
    if (interrupt.signal.aborted && !output.closed) {
      throw new UserError('generation.cancelled', 'Stopped; what came stands above.');
    }
  });
}

/** One alternative streams; several are printed whole and numbered, in their order. */
async function write(
  events: AsyncIterable<GenerationEvent>,
  flags: ContinueFlags,
  output: Output,
): Promise<void> {
  const finished = new Map<number, string>();
  let next = 0;
  for await (const { kind, ...event } of events) {
    if (flags.json) {
      output.json({ event: kind, ...event });
    } else if (flags.count === 1) {
      output.out(kind === 'text' ? event.text : '\n');
    } else if (kind === 'end') {
      finished.set(event.alternative, event.text);
      for (let text = finished.get(next); text !== undefined; text = finished.get(++next)) {
        output.out(`${next + 1}. ${text.trim()}\n`);
      }
    }
  }
}
