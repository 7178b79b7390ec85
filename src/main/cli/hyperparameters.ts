import { Option, type Command } from 'commander';
import type { TrainingConfig, UnitsConfig } from '../../shared/config.ts';
import { UserError } from '../../shared/errors.ts';
import type { TrainRequest } from '../engine/train-voice.ts';
import { describeBounds, numberFlag, parseNumber, type NumberBounds } from './numbers.ts';

/** What the flags override in the preset: only what was typed. */
export type Overrides = TrainRequest['overrides'];

const share: NumberBounds = { minimum: 0, below: 1 };
const rateOfDropout: NumberBounds = { minimum: 0, maximum: 0.95 };
const size: NumberBounds = { integer: true, minimum: 1, maximum: 8192 };

type Place =
  | readonly ['text', 'heldBack']
  | readonly ['units', keyof Omit<UnitsConfig, 'kind'>]
  | readonly ['network', 'embedding' | 'projection']
  | readonly ['training', keyof TrainingConfig];

interface Parameter {
  readonly flag: string;
  readonly value: string;
  readonly place: Place;
  readonly bounds: NumberBounds;
  readonly help: string;
  readonly group: string;
}

const TEXT = 'Text:';
const NETWORK = 'Network:';
const TRAINING = 'Training (each preset has its own defaults):';

/** Every hyper-parameter that is a number. */
export const parameters: readonly Parameter[] = [
  {
    flag: '--held-back',
    value: 'share',
    place: ['text', 'heldBack'],
    bounds: { minimum: 0.01, maximum: 0.5 },
    help: 'share of each document, from its end, that is never trained on',
    group: TEXT,
  },
  {
    flag: '--vocabulary',
    value: 'n',
    place: ['units', 'vocabularyLimit'],
    bounds: { integer: true, minimum: 2, maximum: 200_000 },
    help: 'largest vocabulary',
    group: TEXT,
  },
  {
    flag: '--minimum-count',
    value: 'n',
    place: ['units', 'minimumCount'],
    bounds: { integer: true, minimum: 1, maximum: 1_000_000 },
    help: 'a unit seen less often is unknown',
    group: TEXT,
  },
  {
    flag: '--embedding',
    value: 'n',
    place: ['network', 'embedding'],
    bounds: size,
    help: 'size of the embedding',
    group: NETWORK,
  },
  {
    flag: '--projection',
    value: 'n',
    place: ['network', 'projection'],
    bounds: { ...size, minimum: 0 },
    help: 'size of the projection before the output; 0 for none',
    group: NETWORK,
  },
  {
    flag: '--batch',
    value: 'n',
    place: ['training', 'batch'],
    bounds: { integer: true, minimum: 1, maximum: 4096 },
    help: 'columns of text read side by side',
    group: TRAINING,
  },
  {
    flag: '--window',
    value: 'n',
    place: ['training', 'window'],
    bounds: { integer: true, minimum: 1, maximum: 4096 },
    help: 'units that gradients reach back',
    group: TRAINING,
  },
  {
    flag: '--rate',
    value: 'x',
    place: ['training', 'rate'],
    bounds: { above: 0, maximum: 1000 },
    help: 'peak learning rate',
    group: TRAINING,
  },
  {
    flag: '--final-rate',
    value: 'share',
    place: ['training', 'finalRate'],
    bounds: { minimum: 0, maximum: 1 },
    help: 'where the cosine ends, as a share of the peak',
    group: TRAINING,
  },
  {
    flag: '--warmup',
    value: 'steps',
    place: ['training', 'warmup'],
    bounds: { integer: true, minimum: 0, maximum: 1_000_000 },
    help: 'steps of linear warm-up',
    group: TRAINING,
  },
  {
    flag: '--beta1',
    value: 'x',
    place: ['training', 'beta1'],
    bounds: share,
    help: 'AdamW: memory of the gradient',
    group: TRAINING,
  },
  {
    flag: '--beta2',
    value: 'x',
    place: ['training', 'beta2'],
    bounds: share,
    help: 'AdamW: memory of its square',
    group: TRAINING,
  },
  {
    flag: '--epsilon',
    value: 'x',
    place: ['training', 'epsilon'],
    bounds: { above: 0, maximum: 1 },
    help: 'AdamW: keeps the division finite',
    group: TRAINING,
  },
  {
    flag: '--weight-decay',
    value: 'x',
    place: ['training', 'weightDecay'],
    bounds: { minimum: 0, maximum: 10 },
    help: 'decoupled decay, not on biases and embeddings',
    group: TRAINING,
  },
  {
    flag: '--clip',
    value: 'x',
    place: ['training', 'clip'],
    bounds: { above: 0, maximum: 1000 },
    help: 'largest global norm of the gradient',
    group: TRAINING,
  },
  {
    flag: '--dropout-in',
    value: 'share',
    place: ['training', 'dropoutIn'],
    bounds: rateOfDropout,
    help: 'variational dropout after the embedding',
    group: TRAINING,
  },
  {
    flag: '--dropout-between',
    value: 'share',
    place: ['training', 'dropoutBetween'],
    bounds: rateOfDropout,
    help: 'variational dropout between layers',
    group: TRAINING,
  },
  {
    flag: '--dropout-out',
    value: 'share',
    place: ['training', 'dropoutOut'],
    bounds: rateOfDropout,
    help: 'variational dropout before the output',
    group: TRAINING,
  },
  {
    flag: '--weight-drop',
    value: 'share',
    place: ['training', 'weightDrop'],
    bounds: rateOfDropout,
    help: 'dropout on the recurrent weights',
    group: TRAINING,
  },
  {
    flag: '--epochs',
    value: 'n',
    place: ['training', 'epochs'],
    bounds: { integer: true, minimum: 1, maximum: 100_000 },
    help: 'times through the text',
    group: TRAINING,
  },
  {
    flag: '--minutes',
    value: 'm',
    place: ['training', 'minutes'],
    bounds: { above: 0, maximum: 100_000 },
    help: 'minutes of training, instead of epochs; ends on time',
    group: TRAINING,
  },
  {
    flag: '--patience',
    value: 'n',
    place: ['training', 'patience'],
    bounds: { integer: true, minimum: 0, maximum: 1000 },
    help: 'evaluations without improvement before it stops; 0 never',
    group: TRAINING,
  },
  {
    flag: '--seed',
    value: 's',
    place: ['training', 'seed'],
    bounds: { integer: true, minimum: 0, maximum: 0xffff_ffff },
    help: 'same seed, same threads: same voice',
    group: TRAINING,
  },
];

/** "256,256" -> [256, 256]; 1 to 4 layers. */
export function parseLayers(text: string): number[] {
  const sizes = text.split(',').map((part) => parseNumber('--layers', part.trim(), size));
  if (sizes.length > 4) {
    throw new UserError(
      'usage',
      `--layers names ${sizes.length} layers; it takes 1 to 4, as in 256,256.`,
    );
  }
  return sizes;
}

/** "1000-5000": characters kept of each file, the first inclusive, the last exclusive; either may be left out. */
export function parseRange(text: string): NonNullable<TrainRequest['range']> {
  const match = /^(\d*)-(\d*)$/.exec(text);
  const from = Number(match?.[1] ?? 0);
  const to = match?.[2] ? Number(match[2]) : null;
  if (!match || text === '-' || (to !== null && to <= from)) {
    throw new UserError(
      'usage',
      `--range is "${text}"; give two places in the file, as in 1000-5000, -5000 or 1000-.`,
    );
  }
  return { from, to };
}

/** Adds every hyper-parameter to a command. */
export function addParameters(command: Command): void {
  const flags: [string, string, string][] = [
    ['--join-lines', 'join lines that were wrapped by hand', TEXT],
    ['--no-nfc', 'leave Unicode as it was typed', TEXT],
    ['--lower-case', 'train on lower case only', TEXT],
    ['--strip-punctuation', 'train without punctuation', TEXT],
    ['--tied', 'output weights are the embedding', NETWORK],
    ['--no-tied', 'output weights of their own', NETWORK],
  ];
  for (const [flag, help, group] of flags) {
    command.addOption(new Option(flag, help).helpGroup(group));
  }
  command.addOption(
    new Option('--range <from-to>', 'keep only these characters of each file, as in 1000-5000')
      .argParser(parseRange)
      .helpGroup(TEXT),
  );
  command.addOption(
    new Option('--layers <sizes>', 'sizes of 1 to 4 layers, as in 256,256')
      .argParser(parseLayers)
      .helpGroup(NETWORK),
  );
  for (const { flag, value, bounds, help, group } of parameters) {
    command.addOption(
      new Option(`${flag} <${value}>`, `${help} (${describeBounds(bounds)})`)
        .argParser(numberFlag(flag, bounds))
        .helpGroup(group),
    );
  }
}

const camel = (flag: string): string =>
  flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** What was typed, sorted into the parts of the config. */
export function overridesOf(command: Command): Overrides {
  const typed = (name: string): unknown =>
    command.getOptionValueSource(name) === 'cli' ? command.getOptionValue(name) : undefined;
  const overrides: Record<keyof Overrides, Record<string, unknown>> = {
    text: {},
    units: {},
    network: {},
    training: {},
  };
  for (const { flag, place } of parameters) {
    const value = typed(camel(flag));
    if (value !== undefined) overrides[place[0]][place[1]] = value;
  }
  for (const name of ['joinLines', 'nfc', 'lowerCase', 'stripPunctuation']) {
    const value = typed(name);
    if (value !== undefined) overrides.text[name] = value;
  }
  for (const name of ['layers', 'tied']) {
    const value = typed(name);
    if (value !== undefined) overrides.network[name] = value;
  }
  // Every value was checked by its flag's parser above.
  return overrides;
}
