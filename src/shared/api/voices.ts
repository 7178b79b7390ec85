import * as v from 'valibot';
import type { UnitsKind, VoiceConfig } from '../config.ts';
import type { DeviceName, DeviceSpeed } from '../devices.ts';
import type {
  DocumentReport,
  Evaluation,
  Sample,
  TrainingEvent,
  TrainingStage,
} from '../events.ts';
import { networkFields } from '../network-schema.ts';
import { entryName, entryPath, real, text, whole } from './values.ts';

export interface VoiceSummary {
  /** Its id: unique, and the name of its folder. */
  readonly name: string;
  readonly units: UnitsKind;
  /** The temperature that fits the held-back pages: creativity is a multiple of it. */
  readonly fittedTemperature: number;
  readonly bitsPerCharacter: number | null;
  readonly words: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** A checkpoint is there to go on from. */
  readonly resumable: boolean;
  /** The creativity whose surprise equals the writer's own held-back pages; null before it is measured. */
  readonly you: number | null;
  /** Why it cannot be used, as a sentence; null where it can. */
  readonly damaged: string | null;
}

/** The card of a voice: what it is and what it was trained on. */
export interface VoiceDetails {
  readonly name: string;
  readonly appVersion: string;
  readonly config: VoiceConfig;
  readonly parameters: number;
  readonly trainedOn: readonly {
    readonly name: string;
    readonly words: number;
    readonly characters: number;
  }[];
  readonly steps: number;
  readonly seconds: number;
  readonly heldBackNats: number | null;
  readonly bitsPerCharacter: number | null;
  readonly bytes: number;
}

/** What the export of a voice is at. */
export type VoiceExportStage = 'choosing' | 'saving';

/** A text to train on: a document or folder of the library, or a file that was dropped in. */
export const sourceSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('library'), path: entryPath }),
  v.strictObject({ kind: v.literal('dropped'), id: text(64) }),
  /** The manuscript that comes with Understudy. */
  v.strictObject({ kind: v.literal('sample') }),
]);
export type Source = v.InferOutput<typeof sourceSchema>;
export const sourcesSchema = v.pipe(v.array(sourceSchema), v.minLength(1), v.maxLength(1000));

const rate = real(0, 0.95);

/** What was chosen by hand; the preset decides the rest. Bounds are those of a voice's card. */
export const choicesSchema = v.strictObject({
  preset: v.picklist(['auto', 'small', 'medium', 'large']),
  units: v.nullable(v.picklist(['char', 'word', 'subword'])),
  cell: v.picklist(['lstm', 'gru']),
  overrides: v.strictObject({
    text: v.partial(
      v.strictObject({
        joinLines: v.boolean(),
        nfc: v.boolean(),
        lowerCase: v.boolean(),
        stripPunctuation: v.boolean(),
        heldBack: real(0.01, 0.5),
      }),
    ),
    units: v.partial(
      v.strictObject({ vocabularyLimit: whole(2, 1_000_000), minimumCount: whole(1, 1000) }),
    ),
    network: v.partial(
      v.strictObject({
        embedding: networkFields.embedding,
        layers: networkFields.layers,
        projection: networkFields.projection,
        tied: networkFields.tied,
      }),
    ),
    training: v.partial(
      v.strictObject({
        batch: whole(1, 4096),
        window: whole(1, 8192),
        rate: real(1e-7, 1),
        finalRate: real(0, 1),
        warmup: whole(0, 1_000_000),
        beta1: real(0, 0.9999),
        beta2: real(0, 0.99999),
        epsilon: real(1e-12, 1),
        weightDecay: real(0, 10),
        clip: real(0.001, 1000),
        dropoutIn: rate,
        dropoutBetween: rate,
        dropoutOut: rate,
        weightDrop: rate,
        epochs: whole(1, 100_000),
        minutes: v.nullable(real(0.05, 100_000)),
        patience: whole(0, 1000),
        seed: whole(0, 2 ** 32 - 1),
      }),
    ),
  }),
});
export type TrainingChoices = v.InferOutput<typeof choicesSchema>;

export const defaultChoices: TrainingChoices = {
  preset: 'auto',
  units: null,
  cell: 'lstm',
  overrides: { text: {}, units: {}, network: {}, training: {} },
};

/** What was found in the sources, before anything is trained. */
export interface TrainingReport {
  readonly documents: readonly DocumentReport[];
  readonly words: number;
  readonly characters: number;
  /** In plain words, whether this is enough. */
  readonly verdict: {
    readonly size: 'too-small' | 'small' | 'good' | 'ample';
    readonly sentence: string;
  };
  readonly preset: 'small' | 'medium' | 'large';
}

/** Measured on a few steps on this computer. */
export interface TrainingEstimate {
  readonly config: VoiceConfig;
  readonly parameters: number;
  readonly seconds: number;
  readonly charactersPerSecond: number;
  readonly memoryBytes: number;
  readonly device: DeviceName;
  /** "CPU, AVX-512, 2 threads". */
  readonly backend: string;
  /** Of all devices that were compared; none where there was no choice. */
  readonly speeds: readonly DeviceSpeed[];
}

type OfKind<K extends TrainingEvent['kind']> = Extract<TrainingEvent, { kind: K }>;

/** One training, running or over, as the page shows it; also after a reload. */
export interface TrainingState {
  readonly voice: string;
  readonly status:
    | { readonly kind: 'running'; readonly stage: TrainingStage }
    /** Stopping or pausing: it finishes its step and saves. */
    | { readonly kind: 'stopping' }
    /** Can be resumed. */
    | { readonly kind: 'paused' }
    /** The engine process died; it goes on from its checkpoint by itself. */
    | { readonly kind: 'restarting' }
    | { readonly kind: 'done'; readonly ending: 'finished' | 'no longer learning' | 'stopped' }
    | { readonly kind: 'failed'; readonly sentence: string };
  readonly report: OfKind<'report'> | null;
  readonly estimate: OfKind<'estimate'> | null;
  readonly progress: OfKind<'progress'> | null;
  readonly evaluations: readonly Evaluation[];
  readonly samples: readonly Sample[];
  /** Rollbacks and notices, in order, as sentences. */
  readonly notices: readonly string[];
}

export const startTrainingSchema = v.strictObject({
  name: entryName,
  sources: sourcesSchema,
  choices: choicesSchema,
});
