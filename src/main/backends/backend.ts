import type { StepperFactory } from '../lm/nn/stepper.ts';

/** What runs the numbers: a TensorFlow.js backend with our kernels, and a stepper for sampling. */
export interface Backend {
  /** Name of the TensorFlow.js backend. */
  readonly name: 'native' | 'reference';
  /** For people: "CPU, AVX-512, 2 threads". */
  readonly description: string;
  readonly threads: number;
  /** Why it is not a faster one; null where it is the best. */
  readonly notice: string | null;
  /** Makes this the current TensorFlow.js backend (registers its kernels once). */
  activate(): Promise<void>;
  readonly createStepper: StepperFactory;
}
