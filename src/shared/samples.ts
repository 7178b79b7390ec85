import type { Sample } from './events.ts';

/** With one more at the end. What comes again, from an earlier step on, replaces what was. */
export const withSample = (samples: readonly Sample[], sample: Sample): readonly Sample[] => [
  ...samples.filter(
    ({ step, temperature }) =>
      step < sample.step || (step === sample.step && temperature !== sample.temperature),
  ),
  sample,
];
