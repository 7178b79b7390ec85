import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type F = Float32Array;
type I = Int32Array;
/** An opaque stepper of the addon. */
export type StepperHandle = object & { readonly __stepper: never };
/** gru, T, B, I, H, x, h0, c0, wih, whh, bih, bhh, starts, y, hT, cT, gates, cells */
type RecurrentArguments = [
  boolean,
  number,
  number,
  number,
  number,
  F,
  F,
  F,
  F,
  F,
  F,
  F,
  I,
  F,
  F,
  F,
  F,
  F,
];

/** The functions of the addon (addon.cc); arrays are read and written in place. */
export interface Addon {
  /** `half`: whether training multiplies in bfloat16, where the processor can. */
  configure(
    isa: string,
    threads: number,
    half: boolean,
  ): { isa: string; threads: number; half: boolean } | null;
  /** Of the threads that were configured so many work from now on; gives how many. */
  useThreads(threads: number): number;
  scratchBytes(): number;
  matMul(
    m: number,
    n: number,
    depth: number,
    a: F,
    aTransposed: boolean,
    b: F,
    bTransposed: boolean,
    bias: F | null,
    c: F,
  ): void;
  recurrent(...args: RecurrentArguments): void;
  /** ..., dy, dhT, dcT, dx, dh0, dc0, dwih, dwhh, dbih, dbhh */
  recurrentGradient(...args: [...RecurrentArguments, F, F, F, F, F, F, F, F, F, F]): void;
  softmaxLoss(
    n: number,
    hidden: number,
    vocabulary: number,
    h: F,
    w: F,
    b: F,
    targets: I,
    temperature: number,
    dh: F | null,
    dw: F | null,
    db: F | null,
  ): number;
  adamw(
    p: F[],
    g: F[],
    m: F[],
    v: F[],
    decays: number[],
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    step: number,
    clip: number,
  ): number;
  embedding(count: number, vocabulary: number, size: number, table: F, ids: I, y: F): void;
  embeddingGradient(
    count: number,
    vocabulary: number,
    size: number,
    dy: F,
    ids: I,
    dtable: F,
  ): void;
  dropout(
    n: number,
    period: number,
    x: F,
    y: F,
    seed: number,
    threshold: number,
    scale: number,
  ): void;
  linearGradient(
    n: number,
    input: number,
    output: number,
    dy: F,
    x: F,
    w: F,
    dx: F,
    dw: F,
    db: F,
  ): void;
  createStepper(
    streams: number,
    gru: boolean,
    quantised: boolean,
    vocabulary: number,
    embedding: number,
    projection: number,
    hidden: readonly number[],
    weights: (F | null)[],
  ): StepperHandle;
  step(stepper: StepperHandle, ids: I, logits: F): void;
  read(stepper: StepperHandle, stream: number, n: number, ids: I, logits: F): void;
  score(
    stepper: StepperHandle,
    stream: number,
    n: number,
    ids: I,
    targets: I,
    temperature: number,
  ): number;
  saveState(stepper: StepperHandle, stream: number, to: F): void;
  restoreState(stepper: StepperHandle, stream: number, from: F): void;
}

/** The compiled addon, or why it cannot be loaded. */
export function loadAddon(): Addon | { unavailable: string } {
  const require = createRequire(import.meta.url);
  let folder = dirname(fileURLToPath(import.meta.url));
  // From the sources or from a bundle: the nearest folder above that holds the build.
  for (;;) {
    const path = join(folder, 'build', 'Release', 'understudy.node');
    try {
      return require(path) as Addon;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') {
        return { unavailable: `the native kernels do not load (${(error as Error).message})` };
      }
    }
    const above = dirname(folder);
    if (above === folder) return { unavailable: 'the native kernels are not built' };
    folder = above;
  }
}
