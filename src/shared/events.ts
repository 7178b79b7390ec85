/** What a training run tells while it goes on. */
export type TrainingEvent =
  | { readonly kind: 'stage'; readonly stage: 'reading' | 'measuring' | 'training' | 'done' }
  | {
      readonly kind: 'report';
      readonly files: number;
      readonly words: number;
      readonly characters: number;
      /** Share of units that are unknown. */
      readonly unknown: number;
      readonly vocabulary: number;
    }
  | {
      readonly kind: 'estimate';
      readonly backend: string;
      readonly parameters: number;
      readonly seconds: number;
      readonly charactersPerSecond: number;
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
      readonly learningRate: number;
    }
  | {
      readonly kind: 'evaluation';
      readonly step: number;
      readonly seconds: number;
      /** Nats per token of the held-back text. */
      readonly heldBackLoss: number;
      readonly bitsPerCharacter: number;
      readonly best: boolean;
    }
  | {
      readonly kind: 'sample';
      readonly step: number;
      readonly temperature: number;
      readonly text: string;
    }
  | { readonly kind: 'rollback'; readonly step: number; readonly reason: string; readonly rate: number }
  | { readonly kind: 'notice'; readonly text: string };
