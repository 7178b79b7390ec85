import type { Backend } from '../backend.ts';
import { ReferenceStepper } from './stepper.ts';

/**
 * The backend in plain TypeScript: readable, slow, everywhere.
 *
 * @param notice why it is used
 */
export const createReference = (notice: string | null): Backend => ({
  name: 'reference',
  description: 'CPU, plain TypeScript, 1 thread',
  threads: 1,
  notice,
  async activate() {
    const { activateReference } = await import('./tensorflow.ts');
    await activateReference();
  },
  useThreads: () => undefined,
  createStepper: (network, weights, options) => new ReferenceStepper(network, weights, options),
});
