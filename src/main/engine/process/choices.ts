import type { TrainingChoices } from '../../../shared/api/index.ts';
import type { Choices } from '../../lm/training/index.ts';

type Whole<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are there but undefined: those would replace a preset's value by nothing. */
const given = <T extends object>(values: T): Whole<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Whole<T>;

/** Choices as they came over the line, as training takes them. */
export const choicesOf = ({ overrides, ...rest }: TrainingChoices): Choices => ({
  ...rest,
  overrides: {
    text: given(overrides.text),
    units: given(overrides.units),
    network: given(overrides.network),
    training: given(overrides.training),
  },
});
