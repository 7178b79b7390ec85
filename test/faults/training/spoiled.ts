import { temporaryFolder } from '../../helpers/understudy.ts';
import { none, times, type Section } from '../section.ts';
import { fuzz } from './fuzz.ts';

/** Voices, cards, checkpoints, archives, manuscripts and prompts with damage in them. */
export const spoiled: Section = {
  name: 'spoiled',
  about: 'voices, checkpoints, archives and texts with damage in them are read',
  short: 0.04,
  async measure(run) {
    const cases = times(run, 5000);
    using folder = temporaryFolder();
    const { findings, outcomes } = await fuzz({
      folder: folder.path,
      seed: run.seed,
      cases,
      told: (number, what) => run.told(`case ${number}, ${what}`),
    });
    const found = findings.map(({ number, what, why }) => `case ${number}, ${what}: ${why}`);
    const refused = [...outcomes].filter(([code]) => code !== '').map(([, times]) => times);
    return [
      none('spoiled inputs that end in no clear error', found, cases),
      {
        what: 'spoiled inputs that are refused, so that it is a test',
        measured: `${refused.reduce((a, b) => a + b, 0)} of ${cases}`,
        bar: 'some, not all',
        met: refused.length > 0 && (outcomes.get('') ?? 0) > 0,
      },
    ];
  },
};
