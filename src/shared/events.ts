import type { DeviceName, DeviceSpeed } from './devices.ts';
import type { Dropped } from './formats.ts';

/** A look at the held-back pages. */
export interface Evaluation {
  readonly step: number;
  readonly seconds: number;
  /** Nats per token, smoothed. */
  readonly trainingLoss: number;
  /** Nats per token of the held-back text. */
  readonly heldBackLoss: number;
  readonly bitsPerCharacter: number;
}

/** What the best voice of a step wrote; same prompt and seed every time. */
export interface Sample {
  readonly step: number;
  readonly temperature: number;
  readonly prompt: string;
  readonly text: string;
}

/** What a training run tells while it goes on. Seconds are of training, over all sittings. */
export type TrainingEvent =
  | { readonly kind: 'stage'; readonly stage: TrainingStage }
  | {
      /** What was read. */
      readonly kind: 'report';
      readonly files: number;
      readonly words: number;
      readonly characters: number;
      /** Share of units that are unknown. */
      readonly unknown: number;
      readonly vocabulary: number;
      /** What was changed on the way in, file by file. */
      readonly documents: readonly DocumentReport[];
    }
  | {
      /** Measured on a few steps on this computer. */
      readonly kind: 'estimate';
      readonly device: DeviceName;
      /** "CPU, AVX-512, 2 threads". */
      readonly backend: string;
      /** Of all devices that were compared; none where there was no choice. */
      readonly speeds: readonly DeviceSpeed[];
      readonly parameters: number;
      /** Until the end; less when it stops learning before. */
      readonly seconds: number;
      readonly charactersPerSecond: number;
      /** Peak memory of the whole process. */
      readonly memoryBytes: number;
    }
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly epoch: number;
      readonly percent: number;
      readonly seconds: number;
      readonly etaSeconds: number;
      readonly charactersPerSecond: number;
      /** Nats per token, smoothed. */
      readonly trainingLoss: number;
      /** Of the last evaluation; null before the first. */
      readonly heldBackLoss: number | null;
      readonly bitsPerCharacter: number | null;
      readonly learningRate: number;
    }
  | ({ readonly kind: 'evaluation'; readonly epoch: number; readonly best: boolean } & Evaluation)
  | {
      /** It goes on from `step`; the lists are those of earlier sittings, oldest first. */
      readonly kind: 'resumed';
      readonly step: number;
      readonly evaluations: readonly Evaluation[];
      /** The newest of them; none where they were lost. */
      readonly samples: readonly Sample[];
    }
  | ({ readonly kind: 'sample' } & Sample)
  | {
      /** Training broke down and goes on from an earlier point, `step`, with a lower peak rate. */
      readonly kind: 'rollback';
      readonly step: number;
      readonly reason: string;
      readonly rate: number;
    }
  | { readonly kind: 'notice'; readonly text: string };

/** Evaluating and saving come between steps; the next `progress` says that training goes on. */
export type TrainingStage = 'reading' | 'measuring' | 'training' | 'evaluating' | 'saving' | 'done';

/** One file as it was read. */
export interface DocumentReport {
  readonly name: string;
  readonly encoding: string;
  readonly words: number;
  readonly characters: number;
  /** How often each kind of change was made. */
  readonly changes: Readonly<Record<string, number>>;
  /** What the file has and its text has not; nothing for plain text. */
  readonly dropped: readonly Dropped[];
}
