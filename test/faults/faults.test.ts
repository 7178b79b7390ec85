import { describe, expect, test } from 'vitest';
import { sections } from './sections.ts';

/** Another stretch of cases: FAULTS_SEED=7 npx vitest run test/faults. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1);

describe('In short, every bar of `npm run test:faults` is met:', () => {
  test.each(sections)('$about', async ({ measure, short }) => {
    const figures = await measure({ share: short, seed, told: () => undefined });
    const judged = figures.filter(({ byTheClock }) => !byTheClock);
    expect(judged.filter(({ met }) => met === false)).toEqual([]);
    expect(figures).not.toEqual([]);
  });
});
