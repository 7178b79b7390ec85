import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { choicesSchema, defaultChoices } from '../../../src/shared/api/index.ts';
import {
  changedCount,
  checkForm,
  emptyForm,
  numberFrom,
  placeholder,
  switchedOn,
  type Form,
} from '../../../src/renderer/state/training-choices.ts';
import {
  bounds,
  idOf,
  layerBounds,
  minutesField,
  numberFields,
  switchFields,
  tiedSwitch,
} from '../../../src/renderer/state/training-fields.ts';

const form = (parts: Partial<Form>): Form => ({ ...emptyForm, ...parts });
const problemsOf = (parts: Partial<Form>) =>
  Object.fromEntries(checkForm(form(parts), 'small').problems);
const choicesOf = (parts: Partial<Form>) => checkForm(form(parts), 'small').choices;

describe('the fields', () => {
  test('are all that the boundary lets a writer choose, each once', () => {
    const groups = choicesSchema.entries.overrides.entries;
    const all = Object.entries(groups).flatMap(([group, schema]) =>
      Object.keys(schema.entries).map((key) => `${group}.${key}`),
    );
    const fields = [...numberFields, ...switchFields].map(idOf);
    expect([...fields, 'network.layers'].sort()).toEqual(all.sort());
  });

  test.each(numberFields.map((field) => [idOf(field), field] as const))(
    '%s has the bounds of the boundary',
    (_, field) => {
      const { least, most, whole } = bounds(field);
      const accepts = (value: number) =>
        v.is(choicesSchema, {
          ...defaultChoices,
          overrides: { ...defaultChoices.overrides, [field.group]: { [field.key]: value } },
        });
      expect(accepts(least)).toBe(true);
      expect(accepts(most)).toBe(true);
      expect(accepts(least - 1)).toBe(false);
      expect(accepts(most + 1)).toBe(false);
      expect(accepts(Math.max(1, least) + 0.5)).toBe(!whole && Math.max(1, least) + 0.5 <= most);
    },
  );

  test('a layer has bounds, too', () => {
    expect(layerBounds).toEqual({ least: 1, most: 8192, whole: true });
  });
});

describe('a number', () => {
  test.each([
    ['300', 300],
    ['3,000', 3000],
    ['1,234,567.5', 1234567.5],
    ['0,003', 0.003],
    ['1,5', 1.5],
    ['.5', 0.5],
    ['1e-3', 0.001],
    [' 7 ', 7],
    ['', null],
    ['1,2,3', null],
    ['ten', null],
    ['0x10', null],
    ['Infinity', null],
    ['1e999', null],
  ])('%o is %s', (typed, value) => {
    expect(numberFrom(typed)).toBe(value);
  });
});

describe('a form', () => {
  test('that is empty is as the preset says', () => {
    expect(choicesOf({})).toEqual(defaultChoices);
  });

  test('takes what was typed as overrides, and nothing else', () => {
    expect(
      choicesOf({
        preset: 'medium',
        units: 'word',
        cell: 'gru',
        numbers: {
          'training.rate': '0,002',
          'training.epochs': '7',
          'units.vocabularyLimit': '8,000',
        },
        switches: { 'text.lowerCase': true },
        layers: ['128', '256'],
      }),
    ).toEqual({
      preset: 'medium',
      units: 'word',
      cell: 'gru',
      overrides: {
        text: { lowerCase: true },
        units: { vocabularyLimit: 8000 },
        network: { layers: [128, 256] },
        training: { rate: 0.002, epochs: 7 },
      },
    });
  });

  test('keeps only the budget that was chosen', () => {
    const numbers = { 'training.minutes': '5', 'training.epochs': 'soon' } as const;
    expect(choicesOf({ budget: 'minutes', numbers })?.overrides.training).toEqual({ minutes: 5 });
    expect(problemsOf({ budget: 'epochs', numbers })).toHaveProperty('training.epochs');
    expect(problemsOf({ budget: 'minutes' })).toEqual({
      'training.minutes': 'Say for how many minutes it may study.',
    });
  });

  test.each([
    ['training.batch', '0', 'Batch is 0; it must be a whole number from 1 to 4,096.'],
    ['training.batch', '16.5', 'Batch must be a whole number from 1 to 4,096.'],
    ['training.rate', 'fast', 'Learning rate must be a number from 1e-7 to 1.'],
    ['training.dropoutIn', '0.99', 'Dropout, input is 0.99; it must be a number from 0 to 0.95.'],
    ['text.heldBack', '60', 'Held back is 60; it must be a number from 0.01 to 0.5.'],
  ] as const)('says what is wrong with %s = %s', (id, typed, sentence) => {
    expect(problemsOf({ numbers: { [id]: typed } })).toEqual({ [id]: sentence });
    expect(choicesOf({ numbers: { [id]: typed } })).toBeNull();
  });

  test('names the layer that is wrong', () => {
    expect(problemsOf({ layers: ['256', '9000'] })).toEqual({
      'network.layers.1': 'Layer 2 is 9,000; it must be a whole number from 1 to 8,192.',
    });
  });

  test('holds tied output to equal sizes', () => {
    const tied = { 'network.tied': true } as const;
    expect(problemsOf({ switches: tied })).toEqual({
      'network.tied':
        'Tied output needs the last layer (256) and the embedding (64) to be equal: ' +
        'change one of them, or switch it off.',
    });
    expect(problemsOf({ switches: tied, numbers: { 'network.embedding': '256' } })).toEqual({});
    expect(problemsOf({ switches: tied, numbers: { 'network.projection': '64' } })).toEqual({});
    expect(problemsOf({ preset: 'large', layers: ['512'] })).toEqual({});
    expect(problemsOf({ preset: 'large', numbers: { 'network.projection': '0' } })).toHaveProperty([
      'network.tied',
    ]);
  });

  test('shows what the preset says, and by what it was changed', () => {
    const rate = numberFields.find((field) => field.key === 'rate')!;
    expect(placeholder(emptyForm, 'small', rate)).toBe('0.003');
    expect(placeholder(form({ preset: 'large' }), 'small', rate)).toBe('0.0015');
    expect(placeholder(emptyForm, 'small', minutesField)).toBe('');
    expect(switchedOn(form({ preset: 'large' }), 'small', tiedSwitch)).toBe(true);
    expect(
      switchedOn(
        form({ preset: 'large', switches: { 'network.tied': false } }),
        'small',
        tiedSwitch,
      ),
    ).toBe(false);
    expect(changedCount(emptyForm)).toBe(0);
    expect(
      changedCount(
        form({
          cell: 'gru',
          layers: ['1'],
          numbers: { 'training.minutes': '5', 'training.clip': '2' },
        }),
      ),
    ).toBe(3);
  });
});
