import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/understudy.ts';
import { fuzz } from './fuzz.ts';

/** Another stretch of cases: FAULTS_SEED=7 npx vitest run test/faults. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1);

test('spoiled voices, cards, checkpoints, archives, manuscripts and prompts: a clear error each', async () => {
  using folder = temporaryFolder();
  const { findings, outcomes } = await fuzz({ folder: folder.path, seed, cases: 300 });
  expect(findings, `seed ${seed}`).toEqual([]);
  // It would be no test if nothing were refused, or everything.
  expect(outcomes.get('')).toBeGreaterThan(30);
  expect(outcomes.get('voice.damaged')).toBeGreaterThan(60);
  expect(outcomes.size).toBeGreaterThan(5);
});
