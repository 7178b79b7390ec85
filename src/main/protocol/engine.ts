/** The boundary between the host and the two engine processes that stay: one program, `trainer` and `sampler`. */
import * as v from 'valibot';
import {
  choicesSchema,
  editsSchema,
  samplingSchema,
  type SuggestionItem,
  type TrainingEstimate,
  type TrainingReport,
} from '../../shared/api/index.ts';
import { deviceChoices, type DeviceName } from '../../shared/devices.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import { call, event, stream } from '../../shared/rpc/index.ts';
import { gaugeAnswerSchema, type GaugeRequest } from './gauge.ts';

const place = v.pipe(v.string(), v.minLength(1), v.maxLength(32_768));
const places = v.pipe(v.array(place), v.minLength(1), v.maxLength(10_000));
const offset = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.string(), v.maxLength(4096));
const nothing = v.strictObject({});

/** `runsOn`: "CPU, AVX-512, 2 threads"; `notice` says why it is not a faster one. */
export interface Hello {
  readonly runsOn: string;
  readonly notice: string | null;
}

/** Both roles. `threads` 0: all. */
export const engineApi = {
  hello: call<Hello>()(
    v.strictObject({ threads: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  ),
  /** Answered between steps and tokens: a process that does not is hung. */
  ping: call<null>()(nothing),
  log: event<string>(),
} as const;

export interface TrainEnd {
  readonly ending: 'finished' | 'no longer learning' | 'stopped';
}

/** A GPU at work. */
export interface GpuUse {
  readonly device: DeviceName;
  /** What its readings are kept by; null where it was asked for by name. */
  readonly key: string | null;
}

/** What to train on, and the file in which readings of the devices are kept. */
const where = { device: v.picklist(deviceChoices), readings: place };

export const trainerApi = {
  ...engineApi,
  inspect: call<TrainingReport>()(v.strictObject({ files: places, choices: choicesSchema })),
  estimate: call<TrainingEstimate>()(
    v.strictObject({ files: places, choices: choicesSchema, ...where }),
  ),
  /** Cancelling finishes the step, saves, and ends with `stopped`. */
  train: stream<TrainingEvent, TrainEnd>()(
    v.strictObject({
      files: places,
      out: place,
      choices: choicesSchema,
      ...where,
      resume: v.boolean(),
      /** Bytes, or 0 for no limit. */
      memoryLimit: offset,
    }),
  ),
  /** A device is to be tried, which takes a process of its own: the host starts it, and tells with `gauged`. */
  gauge: event<{ readonly id: number; readonly request: GaugeRequest }>(),
  gauged: call<null>()(v.strictObject({ id: offset, answer: gaugeAnswerSchema })),
  /** Told before a driver is touched, which may take the process with it; null: none is in use any more. */
  uses: event<GpuUse | null>(),
  /**
   * For these milliseconds no step begins (`wait`: a suggestion streams), or steps take half of the threads
   * (`slow`: the writer types). 0 ends it.
   */
  giveWay: call<null>()(
    v.strictObject({
      how: v.picklist(['wait', 'slow']),
      milliseconds: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(60_000)),
    }),
  ),
} as const;
export type TrainerApi = typeof trainerApi;

export interface ContinueEnd {
  readonly alternatives: readonly {
    readonly text: string;
    readonly reason: 'length' | 'stop' | 'tokens' | 'cancelled';
  }[];
  readonly seed: number;
  readonly temperature: number;
}

export const samplerApi = {
  ...engineApi,
  /** The text of an open document, and then its edits: the sampler keeps a copy to read ahead in. */
  openText: call<null>()(v.strictObject({ id, version: offset, text: v.string() })),
  editText: call<null>()(v.strictObject({ id, version: offset, edits: editsSchema })),
  closeText: call<null>()(v.strictObject({ id })),
  /** Reads up to the offset and keeps the states at paragraph boundaries. */
  readAhead: call<null>()(v.strictObject({ id, version: offset, at: offset, voice: place })),
  /** Refused with `document.stale` when `version` is not the newest the sampler has. */
  continue: stream<SuggestionItem, ContinueEnd>()(
    v.strictObject({
      id,
      version: offset,
      at: offset,
      voice: place,
      sampling: samplingSchema,
      stopTexts: v.pipe(
        v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(1000))),
        v.maxLength(16),
      ),
    }),
  ),
  /** Continues a text that is no document: dialogue. */
  continueText: stream<SuggestionItem, ContinueEnd>()(
    v.strictObject({
      prompt: v.string(),
      voice: place,
      sampling: samplingSchema,
      stopTexts: v.pipe(
        v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(1000))),
        v.maxLength(16),
      ),
    }),
  ),
  /** The creativity at which generated text is as surprising as the writer's own held-back pages. */
  measureYou: call<{ readonly creativity: number }>()(v.strictObject({ voice: place })),
  /** The weights on disk are others now, or gone: forget what is loaded. */
  forgetVoice: call<null>()(v.strictObject({ voice: place })),
} as const;
export type SamplerApi = typeof samplerApi;
