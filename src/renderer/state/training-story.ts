/** What the numbers of a training say, in plain words, as a chart and as a table. Pure. */
import type { TrainingState } from '../../shared/api/index.ts';
import type { TrainingStage } from '../../shared/events.ts';
import { count, figure, hesitation } from './training-words.ts';

export type Evaluation = TrainingState['evaluations'][number];
export type Sample = TrainingState['samples'][number];

export interface Verdict {
  readonly kind: 'early' | 'learning' | 'resting' | 'memorising';
  readonly sentence: string;
}

/** Looks without a new best before a rise is more than a wobble. */
const LOOKS = 2;
/** A change of less than this share is noise. */
const NOISE = 0.002;

/**
 * Memorising: the held-back loss has been above its best for two looks while the training loss went on
 * falling. Where neither moves, it rests.
 */
export function verdict(evaluations: readonly Evaluation[]): Verdict {
  const best = bestOf(evaluations);
  const last = evaluations.at(-1);
  if (!best || !last || evaluations.length < 2) {
    return { kind: 'early', sentence: 'It is too early to say how it learns.' };
  }
  const since = evaluations.length - 1 - evaluations.indexOf(best);
  if (since < LOOKS) {
    return { kind: 'learning', sentence: 'It is learning: it does better on pages it never saw.' };
  }
  const rises = last.heldBackLoss > best.heldBackLoss * (1 + NOISE);
  const studies = last.trainingLoss < best.trainingLoss * (1 - NOISE);
  if (rises && studies) {
    return {
      kind: 'memorising',
      sentence:
        'It has started memorising: it knows the pages it studies better and new pages worse. ' +
        'The best voice so far is kept.',
    };
  }
  return {
    kind: 'resting',
    sentence: 'It has not become better for a while. The best voice so far is kept.',
  };
}

/** The look with the lowest held-back loss, the first of equals. */
export function bestOf(evaluations: readonly Evaluation[]): Evaluation | undefined {
  let best: Evaluation | undefined;
  for (const look of evaluations) if (!best || look.heldBackLoss < best.heldBackLoss) best = look;
  return best;
}

/** Both losses as bits per character, in columns as a chart wants them. */
export interface Curves {
  readonly steps: readonly number[];
  /** The pages it studies. Read with dropout, so they may lie above the others. */
  readonly studied: readonly number[];
  readonly heldBack: readonly number[];
  /** Index of the best point, or -1. */
  readonly best: number;
}

/** The training loss is turned into bits per character by the ratio that the held-back pages have. */
export function curves(evaluations: readonly Evaluation[]): Curves {
  const best = bestOf(evaluations);
  return {
    steps: evaluations.map((look) => look.step),
    studied: evaluations.map(
      (look) => (look.trainingLoss / look.heldBackLoss) * look.bitsPerCharacter,
    ),
    heldBack: evaluations.map((look) => look.bitsPerCharacter),
    best: best ? evaluations.indexOf(best) : -1,
  };
}

export interface CurveRow {
  readonly step: string;
  readonly studied: string;
  readonly heldBack: string;
  readonly best: boolean;
}

/** The same as a table, for those who read rather than see. */
export const curveRows = ({ steps, studied, heldBack, best }: Curves): readonly CurveRow[] =>
  steps.map((step, i) => ({
    step: count(step),
    studied: studied[i]!.toFixed(3),
    heldBack: heldBack[i]!.toFixed(3),
    best: i === best,
  }));

/** One point, to be read out as a cursor moves over the chart. */
export function pointSentence(data: Curves, at: number): string {
  const row = curveRows(data)[at];
  if (!row) return '';
  return (
    `Step ${row.step}: pages it studies ${row.studied}, pages held back ${row.heldBack} ` +
    `bits per character${row.best ? ', the best point' : ''}.`
  );
}

/** Where the cursor goes from `at` for a key; null for a key that is not the chart's. */
export function movedCursor(key: string, at: number, length: number): number | null {
  const last = length - 1;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, at - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, at + 1);
    case 'PageDown':
      return Math.max(0, at - 10);
    case 'PageUp':
      return Math.min(last, at + 10);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** What it wrote at one look: the same beginning and seed, one text a temperature. */
export interface Chapter {
  readonly step: number;
  readonly prompt: string;
  readonly texts: readonly { readonly temperature: number; readonly text: string }[];
  /** The look these belong to, where it is known. */
  readonly evaluation: Evaluation | null;
  readonly best: boolean;
}

/** Samples by step, newest first; the temperatures rise. */
export function timeline(
  state: Pick<TrainingState, 'samples' | 'evaluations'>,
): readonly Chapter[] {
  const best = bestOf(state.evaluations);
  const looks = new Map(state.evaluations.map((look) => [look.step, look]));
  const chapters = new Map<number, Sample[]>();
  for (const sample of state.samples) {
    chapters.set(sample.step, [...(chapters.get(sample.step) ?? []), sample]);
  }
  return [...chapters]
    .sort(([a], [b]) => b - a)
    .map(([step, samples]) => ({
      step,
      prompt: samples[0]!.prompt,
      texts: samples
        .map(({ temperature, text }) => ({ temperature, text }))
        .sort((a, b) => a.temperature - b.temperature),
      evaluation: looks.get(step) ?? null,
      best: best !== undefined && best.step === step,
    }));
}

/** How free a sample of this temperature is. */
export const temperatureWords = (temperature: number): string =>
  temperature < 0.7 ? 'careful' : temperature < 0.95 ? 'natural' : 'free';

const stages: Readonly<Record<TrainingStage, string>> = {
  reading: 'Reading your pages',
  measuring: 'Measuring this computer',
  training: 'Studying',
  evaluating: 'Reading the pages held back',
  saving: 'Saving',
  done: 'Finishing',
};

/** What is happening, as a heading. */
export function statusWords({ status }: Pick<TrainingState, 'status'>): string {
  switch (status.kind) {
    case 'running':
      return stages[status.stage];
    case 'stopping':
      return 'Finishing this step and saving';
    case 'paused':
      return 'Paused';
    case 'restarting':
      return 'Starting again from the last checkpoint';
    case 'done':
      return 'Ready';
    case 'failed':
      return 'Training has stopped';
  }
}

/**
 * How it ended, as a sentence; null while it has not.
 *
 * @param known bits per character of the voice on disk: a training that was resumed may end before its next look
 */
export function endingSentence(state: TrainingState, known: number | null = null): string | null {
  switch (state.status.kind) {
    case 'done': {
      const best = bestOf(state.evaluations)?.bitsPerCharacter ?? known;
      if (best === null) return `${state.voice} ended before it was tried on the pages held back.`;
      const ending = {
        finished: `${state.voice} is ready.`,
        'no longer learning': `${state.voice} no longer learned anything new, so it stopped by itself.`,
        stopped: `You stopped it. The best of ${state.voice} so far is kept.`,
      }[state.status.ending];
      return `${ending} ${qualitySentence(best)}`;
    }
    case 'failed':
      return state.status.sentence;
    case 'running':
    case 'stopping':
    case 'paused':
    case 'restarting':
      return null;
  }
}

/** The held-back figure, explained. */
export const qualitySentence = (bitsPerCharacter: number | null): string =>
  bitsPerCharacter === null
    ? 'It has not been tried on pages it never saw yet.'
    : `On pages it never studied, it hesitates between about ${hesitation(bitsPerCharacter)} letters ` +
      `at each step (${figure(bitsPerCharacter)} bits per character; less is closer to you).`;

/** Whether it works now: then it can be paused and stopped. */
export const isActive = (state: TrainingState | null): boolean =>
  state !== null &&
  (state.status.kind === 'running' ||
    state.status.kind === 'restarting' ||
    state.status.kind === 'stopping');
