import type { StepperFactory } from '../lm/nn/stepper.ts';

/**
 * What the products of a training step are made of: float32, or bfloat16 summed in float32, about twice as
 * fast where the processor has it. `auto` takes bfloat16 where it is. Weights, sums and the optimiser are
 * float32 either way.
 */
export type TrainingPrecision = 'auto' | 'float32' | 'bfloat16';

/** The threads of a backend. */
export interface Team {
  readonly threads: number;
  /** From now on at most so many of them work. */
  useThreads(count: number): void;
}

/** What runs the numbers: a TensorFlow.js backend with our kernels, and a stepper for sampling. */
export interface Backend extends Team {
  /** Name of the TensorFlow.js backend. */
  readonly name: 'native' | 'reference' | 'tensorflow' | 'webgpu';
  /** For people: "CPU, AVX-512 with bfloat16, 2 threads". */
  readonly description: string;
  /** Why it is not a faster one; null where it is the best. */
  readonly notice: string | null;
  /** Makes this the current TensorFlow.js backend (registers its kernels once). */
  activate(): Promise<void>;
  readonly createStepper: StepperFactory;
}

/** The notice of a backend as a sentence. */
export function noticeOf({ name, notice }: Backend): string | null {
  if (notice === null) return null;
  return name === 'reference' ? `Using the slower reference kernels: ${notice}.` : `${notice}.`;
}
