/** The form of a training: what the writer typed, and the choices it stands for once it is checked. */
import * as v from 'valibot';
import { choicesSchema, type TrainingChoices } from '../../shared/api/index.ts';
import { presets, type PresetName, type UnitsKind } from '../../shared/config.ts';
import {
  bounds,
  epochsField,
  idOf,
  layerBounds,
  minutesField,
  numberFields,
  presetValue,
  switchFields,
  type Bounds,
  type FieldId,
} from './training-fields.ts';
import { count } from './training-words.ts';

/** Text as it was typed; what is empty is as the preset says. */
export interface Form {
  readonly preset: TrainingChoices['preset'];
  readonly units: UnitsKind | null;
  readonly cell: TrainingChoices['cell'];
  readonly budget: 'minutes' | 'epochs';
  readonly numbers: Readonly<Record<FieldId, string>>;
  readonly switches: Readonly<Record<FieldId, boolean>>;
  /** Sizes of the layers, first to last; none: as the preset says. */
  readonly layers: readonly string[];
}

export const emptyForm: Form = {
  preset: 'auto',
  units: null,
  cell: 'lstm',
  budget: 'epochs',
  numbers: {},
  switches: {},
  layers: [],
};

export interface Checked {
  /** Null where something is wrong. */
  readonly choices: TrainingChoices | null;
  /** By field: a sentence that says what to type. */
  readonly problems: ReadonlyMap<FieldId, string>;
}

export const layerId = (index: number): FieldId => `network.layers.${index}`;

/** "3,000", "0,003" and "1e-3" are numbers; what is not one gives null. */
export function numberFrom(typed: string): number | null {
  const text = typed.trim();
  const plain = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(text)
    ? text.replaceAll(',', '')
    : text.replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

const shown = (value: number): string => (Math.abs(value) >= 1000 ? count(value) : String(value));

/** The number, or what is wrong with it as a sentence. */
export function checkNumber(
  label: string,
  typed: string,
  { least, most, whole }: Bounds,
): { readonly value: number } | { readonly problem: string } {
  const range = `${whole ? 'a whole number' : 'a number'} from ${shown(least)} to ${shown(most)}`;
  const value = numberFrom(typed);
  if (value === null || (whole && !Number.isInteger(value))) {
    return { problem: `${label} must be ${range}.` };
  }
  if (value < least || value > most) {
    return { problem: `${label} is ${shown(value)}; it must be ${range}.` };
  }
  return { value };
}

/** The preset that counts: `auto` is the one that the size of the text asks for. */
export const presetOf = (form: Form, auto: PresetName): PresetName =>
  form.preset === 'auto' ? auto : form.preset;

export const unitsOf = (form: Form, auto: PresetName): UnitsKind =>
  form.units ?? presets[presetOf(form, auto)].units;

/** Checks a whole form. `auto` is the preset that `auto` stands for with these pages. */
export function checkForm(form: Form, auto: PresetName): Checked {
  const problems = new Map<FieldId, string>();
  const overrides: Record<string, Record<string, unknown>> = {
    text: {},
    units: {},
    network: {},
    training: {},
  };
  const unused = form.budget === 'minutes' ? epochsField : minutesField;
  for (const field of numberFields) {
    const typed = form.numbers[idOf(field)]?.trim() ?? '';
    if (field === unused) continue;
    if (typed === '') {
      if (field === minutesField) {
        problems.set(idOf(field), 'Say for how many minutes it may study.');
      }
      continue;
    }
    const checked = checkNumber(field.label, typed, bounds(field));
    if ('problem' in checked) problems.set(idOf(field), checked.problem);
    else overrides[field.group]![field.key] = checked.value;
  }
  for (const field of switchFields) {
    const on = form.switches[idOf(field)];
    if (on !== undefined) overrides[field.group]![field.key] = on;
  }
  const layers = form.layers.map((typed, i) => {
    const checked = checkNumber(`Layer ${i + 1}`, typed, layerBounds);
    if ('problem' in checked) problems.set(layerId(i), checked.problem);
    return 'value' in checked ? checked.value : 0;
  });
  if (layers.length > 0) overrides['network']!['layers'] = layers;

  const sized = ![...problems.keys()].some((id) => id.startsWith('network.'));
  if (sized) checkTied(form, overrides['network']!, auto, problems);
  if (problems.size > 0) return { choices: null, problems };
  const choices = v.parse(choicesSchema, {
    preset: form.preset,
    units: form.units,
    cell: form.cell,
    overrides,
  });
  return { choices, problems };
}

/** Tied weights need the last size to equal the embedding. */
function checkTied(
  form: Form,
  chosen: Readonly<Record<string, unknown>>,
  auto: PresetName,
  problems: Map<FieldId, string>,
): void {
  const network = { ...presets[presetOf(form, auto)].network, ...chosen };
  if (!network.tied) return;
  const last = network.projection > 0 ? network.projection : network.layers.at(-1);
  if (last === network.embedding) return;
  const what = network.projection > 0 ? 'the projection' : 'the last layer';
  problems.set(
    'network.tied',
    `Tied output needs ${what} (${shown(last ?? 0)}) and the embedding (${shown(network.embedding)}) ` +
      'to be equal: change one of them, or switch it off.',
  );
}

/** The value a field has where nothing is typed, for its placeholder. */
export function placeholder(
  form: Form,
  auto: PresetName,
  field: (typeof numberFields)[number],
): string {
  const value = presetValue(field, presets[presetOf(form, auto)], unitsOf(form, auto));
  return typeof value === 'number' ? String(value) : '';
}

/** Whether a switch is on, by hand or by the preset. */
export function switchedOn(
  form: Form,
  auto: PresetName,
  field: (typeof switchFields)[number],
): boolean {
  const chosen = form.switches[idOf(field)];
  if (chosen !== undefined) return chosen;
  return presetValue(field, presets[presetOf(form, auto)], unitsOf(form, auto)) === true;
}

/** How much of Advanced was changed by hand, for the fold's heading. */
export const changedCount = (form: Form): number =>
  Object.entries(form.numbers).filter(
    ([id, typed]) => typed.trim() !== '' && id !== idOf(minutesField) && id !== idOf(epochsField),
  ).length +
  Object.keys(form.switches).length +
  (form.layers.length > 0 ? 1 : 0) +
  (form.units === null ? 0 : 1) +
  (form.cell === 'lstm' ? 0 : 1);
