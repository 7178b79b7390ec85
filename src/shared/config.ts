/** Everything that decides what a voice is and how it is trained. Flat, typed, each default stated once. */

export type UnitsKind = 'char' | 'word' | 'subword';
export type CellKind = 'lstm' | 'gru';
export type PresetName = 'small' | 'medium' | 'large';

/** How text is prepared before it is cut into units. */
export interface TextConfig {
  /** Join lines that were wrapped by hand into whole paragraphs. */
  readonly joinLines: boolean;
  /** Unicode NFC: one code for one letter, however it was typed. */
  readonly nfc: boolean;
  readonly lowerCase: boolean;
  readonly stripPunctuation: boolean;
  /** Share of each document, from its end, that is held back and never trained on. */
  readonly heldBack: number;
}

export const defaultText: TextConfig = {
  joinLines: false,
  nfc: true,
  lowerCase: false,
  stripPunctuation: false,
  heldBack: 0.1,
};

export interface UnitsConfig {
  readonly kind: UnitsKind;
  /** Largest vocabulary (word and subword). */
  readonly vocabularyLimit: number;
  /** A word, or a character, seen less often than this is unknown. */
  readonly minimumCount: number;
}

export const defaultUnits: Readonly<Record<UnitsKind, UnitsConfig>> = {
  char: { kind: 'char', vocabularyLimit: 4096, minimumCount: 1 },
  word: { kind: 'word', vocabularyLimit: 20_000, minimumCount: 2 },
  subword: { kind: 'subword', vocabularyLimit: 4096, minimumCount: 2 },
};

/** Shape of the network: embedding -> layers of LSTM or GRU -> optional projection -> softmax. */
export interface NetworkConfig {
  readonly cell: CellKind;
  /** V, including the special tokens. */
  readonly vocabulary: number;
  /** E. */
  readonly embedding: number;
  /** H of each layer, first to last; 1 to 4 layers. */
  readonly layers: readonly number[];
  /** P, size of the linear projection after the last layer; 0 for none. */
  readonly projection: number;
  /** Output weights are the embedding's. Needs the last size (projection, or last layer) to equal E. */
  readonly tied: boolean;
}

export interface TrainingConfig {
  /** B: columns of text read side by side. */
  readonly batch: number;
  /** T: tokens of a window of truncated back-propagation through time. */
  readonly window: number;
  /** Peak learning rate. */
  readonly rate: number;
  /** The cosine ends at this share of the peak. */
  readonly finalRate: number;
  /** Steps of linear warm-up. */
  readonly warmup: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled decay; never on biases and embeddings. */
  readonly weightDecay: number;
  /** Largest global norm of the gradient. */
  readonly clip: number;
  /** Variational dropout: after the embedding, between layers, before the output. */
  readonly dropoutIn: number;
  readonly dropoutBetween: number;
  readonly dropoutOut: number;
  /** DropConnect on the recurrent weights. */
  readonly weightDrop: number;
  readonly epochs: number;
  /** Minutes of training; when set, the schedule is planned to end then, whatever `epochs` says. */
  readonly minutes: number | null;
  /** Evaluations without improvement before it stops by itself; 0 never stops early. */
  readonly patience: number;
  readonly seed: number;
}

/** What `voice.json` keeps of the choices made. */
export interface VoiceConfig {
  readonly text: TextConfig;
  readonly units: UnitsConfig;
  readonly network: NetworkConfig;
  readonly training: TrainingConfig;
}

const baseTraining: TrainingConfig = {
  batch: 16,
  window: 100,
  rate: 3e-3,
  finalRate: 0.05,
  warmup: 50,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.05,
  clip: 1,
  dropoutIn: 0.3,
  dropoutBetween: 0.3,
  dropoutOut: 0.3,
  weightDrop: 0,
  epochs: 30,
  minutes: null,
  patience: 3,
  seed: 1,
};

export interface Preset {
  readonly units: UnitsKind;
  readonly network: Omit<NetworkConfig, 'vocabulary' | 'cell'>;
  readonly training: TrainingConfig;
}

/** Starting points by the size of the corpus: small under 300 KB, medium to 2 MB, large above. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  small: {
    units: 'char',
    network: { embedding: 64, layers: [256, 256], projection: 0, tied: false },
    training: baseTraining,
  },
  medium: {
    units: 'char',
    network: { embedding: 256, layers: [512, 512], projection: 0, tied: false },
    training: {
      ...baseTraining,
      batch: 32,
      window: 64,
      rate: 2e-3,
      dropoutIn: 0.25,
      dropoutBetween: 0.25,
      dropoutOut: 0.25,
      weightDrop: 0.2,
      epochs: 20,
    },
  },
  large: {
    units: 'subword',
    network: { embedding: 320, layers: [640, 640, 640], projection: 320, tied: true },
    training: {
      ...baseTraining,
      batch: 32,
      window: 64,
      rate: 1.5e-3,
      dropoutIn: 0.25,
      dropoutBetween: 0.25,
      dropoutOut: 0.25,
      weightDrop: 0.3,
      epochs: 12,
      patience: 2,
    },
  },
};

/** The preset that `auto` stands for. `characters` counts the whole corpus. */
export function presetFor(characters: number): PresetName {
  if (characters < 300_000) return 'small';
  return characters < 2_000_000 ? 'medium' : 'large';
}
