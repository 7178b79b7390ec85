/** Every number and switch of a training: what it is called, what it means, and its bounds. */
import type * as v from 'valibot';
import { choicesSchema } from '../../shared/api/index.ts';
import { defaultText, defaultUnits, type Preset, type UnitsKind } from '../../shared/config.ts';

export type Group = 'text' | 'units' | 'network' | 'training';

interface FieldOf<G extends Group, K extends string> {
  readonly group: G;
  readonly key: K;
  readonly label: string;
  readonly help: string;
}

type Overrides = v.InferOutput<typeof choicesSchema>['overrides'];
type KeysOf<G extends Group, T> = {
  [K in keyof Overrides[G]]-?: Exclude<Overrides[G][K], null | undefined> extends T
    ? K & string
    : never;
}[keyof Overrides[G]];
type FieldsWith<T> = { [G in Group]: FieldOf<G, KeysOf<G, T>> }[Group];

export type NumberField = FieldsWith<number>;
export type SwitchField = FieldsWith<boolean>;
/** "training.rate". */
export type FieldId = `${Group}.${string}`;
export const idOf = (field: { readonly group: Group; readonly key: string }): FieldId =>
  `${field.group}.${field.key}`;

export const networkFields: readonly NumberField[] = [
  {
    group: 'network',
    key: 'embedding',
    label: 'Embedding',
    help: 'Numbers that stand for one letter or word.',
  },
  {
    group: 'network',
    key: 'projection',
    label: 'Projection',
    help: 'A narrower layer before the choice of what comes next; 0 for none.',
  },
];

export const restFields: readonly NumberField[] = [
  {
    group: 'training',
    key: 'dropoutIn',
    label: 'Dropout, input',
    help: 'Share forgotten after the embedding.',
  },
  {
    group: 'training',
    key: 'dropoutBetween',
    label: 'Dropout, between layers',
    help: 'Share forgotten between layers.',
  },
  {
    group: 'training',
    key: 'dropoutOut',
    label: 'Dropout, output',
    help: 'Share forgotten before the output.',
  },
  {
    group: 'training',
    key: 'weightDrop',
    label: 'Weight-drop',
    help: 'Share of recurrent weights left out at a time.',
  },
];

export const rateFields: readonly NumberField[] = [
  {
    group: 'training',
    key: 'rate',
    label: 'Learning rate',
    help: 'How far one step goes, at its highest.',
  },
  {
    group: 'training',
    key: 'finalRate',
    label: 'Final rate',
    help: 'What is left of the rate at the end, as a share.',
  },
  { group: 'training', key: 'warmup', label: 'Warm-up', help: 'Steps until the rate is reached.' },
  {
    group: 'training',
    key: 'weightDecay',
    label: 'Weight decay',
    help: 'Pull towards simple weights.',
  },
  {
    group: 'training',
    key: 'clip',
    label: 'Gradient clip',
    help: 'Longest gradient that is followed in full.',
  },
  { group: 'training', key: 'beta1', label: 'Beta 1', help: 'Memory of the direction (AdamW).' },
  { group: 'training', key: 'beta2', label: 'Beta 2', help: 'Memory of the size (AdamW).' },
  { group: 'training', key: 'epsilon', label: 'Epsilon', help: 'Keeps divisions safe (AdamW).' },
];

export const paceFields: readonly NumberField[] = [
  {
    group: 'training',
    key: 'batch',
    label: 'Batch',
    help: 'Places of the text read side by side.',
  },
  { group: 'training', key: 'window', label: 'Window', help: 'Units read before each step.' },
  {
    group: 'training',
    key: 'patience',
    label: 'Patience',
    help: 'Looks without improvement before it stops by itself; 0: never.',
  },
  { group: 'training', key: 'seed', label: 'Seed', help: 'The same seed gives the same voice.' },
];

/** The budget stands outside Advanced. */
export const minutesField: NumberField = {
  group: 'training',
  key: 'minutes',
  label: 'Minutes',
  help: '',
};
export const epochsField: NumberField = {
  group: 'training',
  key: 'epochs',
  label: 'Times through the pages',
  help: '',
};

export const textFields: readonly NumberField[] = [
  {
    group: 'text',
    key: 'heldBack',
    label: 'Held back',
    help: 'Share of each document, from its end, never studied and used to judge.',
  },
  {
    group: 'units',
    key: 'vocabularyLimit',
    label: 'Largest vocabulary',
    help: 'Most words, or parts of words, it knows.',
  },
  {
    group: 'units',
    key: 'minimumCount',
    label: 'Rarest kept',
    help: 'What is seen less often is unknown to it.',
  },
];

export const textSwitches: readonly SwitchField[] = [
  {
    group: 'text',
    key: 'joinLines',
    label: 'Join wrapped lines',
    help: 'Lines broken by hand become paragraphs.',
  },
  {
    group: 'text',
    key: 'nfc',
    label: 'Compose accents',
    help: 'One code for one letter, however it was typed (NFC).',
  },
  {
    group: 'text',
    key: 'lowerCase',
    label: 'Lower case only',
    help: 'It then writes without capitals.',
  },
  {
    group: 'text',
    key: 'stripPunctuation',
    label: 'Leave out punctuation',
    help: 'It then writes without marks.',
  },
];

export const tiedSwitch: SwitchField = {
  group: 'network',
  key: 'tied',
  label: 'Tied output',
  help: 'Input and output share their weights; the last size must equal the embedding.',
};

export const numberFields: readonly NumberField[] = [
  ...networkFields,
  ...restFields,
  ...rateFields,
  ...paceFields,
  minutesField,
  epochsField,
  ...textFields,
];
export const switchFields: readonly SwitchField[] = [tiedSwitch, ...textSwitches];

export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

interface SchemaLike {
  readonly type: string;
  readonly requirement?: unknown;
  readonly wrapped?: SchemaLike;
  readonly item?: SchemaLike;
  readonly pipe?: readonly SchemaLike[];
}

/** Reads what the shared schema allows, so that no bound stands twice. */
function boundsOf(schema: SchemaLike): Bounds {
  if (schema.wrapped) return boundsOf(schema.wrapped);
  const action = (type: string) => schema.pipe?.find((step) => step.type === type);
  const limit = (type: string): number => {
    const requirement = action(type)?.requirement;
    if (typeof requirement !== 'number') throw new TypeError(`The schema has no ${type}`);
    return requirement;
  };
  return {
    least: limit('min_value'),
    most: limit('max_value'),
    whole: action('safe_integer') !== undefined,
  };
}

const groups = choicesSchema.entries.overrides.entries;

export function bounds(field: { readonly group: Group; readonly key: string }): Bounds {
  const entries = groups[field.group].entries as Readonly<Record<string, SchemaLike>>;
  const schema = entries[field.key];
  if (!schema) throw new RangeError(`The schema has no ${idOf(field)}`);
  return boundsOf(schema);
}

/** Of the size of one layer. */
export const layerBounds: Bounds = boundsOf(
  (groups.network.entries.layers as SchemaLike).wrapped!.pipe![0]!.item!,
);
export const MOST_LAYERS = 4;

/** What a preset says where nothing was chosen. */
export function presetValue(
  field: { readonly group: Group; readonly key: string },
  preset: Preset,
  units: UnitsKind,
): number | boolean | null {
  const values: Readonly<Record<Group, object>> = {
    text: defaultText,
    units: defaultUnits[units],
    network: preset.network,
    training: preset.training,
  };
  const found = (values[field.group] as Readonly<Record<string, unknown>>)[field.key];
  if (typeof found === 'number' || typeof found === 'boolean') return found;
  return null;
}
