import type { TrainingState } from '../../../shared/api/index.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { withSample } from '../../../shared/samples.ts';

export const beginning = (voice: string): TrainingState => ({
  voice,
  status: { kind: 'running', stage: 'reading' },
  report: null,
  estimate: null,
  progress: null,
  evaluations: [],
  samples: [],
  notices: [],
});

/** Most entries of each list; a chart needs no more. */
const MOST = 600;

/** Every other one goes, but the best of losses and the last stay. */
function thinned<T>(list: readonly T[], stays: (entry: T) => boolean): readonly T[] {
  if (list.length <= MOST) return list;
  return list.filter((entry, i) => i % 2 === 0 || i === list.length - 1 || stays(entry));
}

const best = (evaluations: TrainingState['evaluations']): number =>
  Math.min(...evaluations.map(({ heldBackLoss }) => heldBackLoss));

/** Only the newest are kept on the disk; what is known from before them stays. */
function resumedSamples(
  known: TrainingState['samples'],
  { step: from, samples }: Extract<TrainingEvent, { kind: 'resumed' }>,
): TrainingState['samples'] {
  const first = samples[0]?.step ?? from + 1;
  return [...known.filter(({ step }) => step < first), ...samples];
}

/** The state after an event. What comes again after a crash, from an earlier step on, replaces what was. */
export function after(state: TrainingState, event: TrainingEvent): TrainingState {
  switch (event.kind) {
    case 'stage':
      // Stopping goes on until it is over.
      return state.status.kind === 'running'
        ? { ...state, status: { kind: 'running', stage: event.stage } }
        : state;
    case 'report':
      return { ...state, report: event };
    case 'estimate':
      return { ...state, estimate: event };
    case 'progress':
      return { ...after(state, { kind: 'stage', stage: 'training' }), progress: event };
    case 'evaluation': {
      const all = [...state.evaluations.filter(({ step }) => step < event.step), event];
      const least = best(all);
      return { ...state, evaluations: thinned(all, ({ heldBackLoss }) => heldBackLoss === least) };
    }
    case 'resumed': {
      const all = event.evaluations.filter(({ step }) => step <= event.step);
      const least = best(all);
      return {
        ...state,
        evaluations: thinned(all, ({ heldBackLoss }) => heldBackLoss === least),
        samples: thinned(resumedSamples(state.samples, event), () => false),
      };
    }
    case 'sample':
      return { ...state, samples: thinned(withSample(state.samples, event), () => false) };
    case 'rollback':
      return noticed(
        state,
        `Training broke down (${event.reason}) and goes on from step ${event.step.toLocaleString('en-US')}, learning more slowly.`,
      );
    case 'notice':
      return noticed(state, event.text);
  }
}

export const noticed = (state: TrainingState, notice: string): TrainingState => ({
  ...state,
  notices: [...state.notices, notice].slice(-MOST),
});
