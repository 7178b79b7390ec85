import type { ApiClient, Start, TrainingState } from '../../shared/api/index.ts';
import type { Result } from '../../shared/result.ts';
import type { Disposer } from '../../shared/rpc/index.ts';
import { endingSentence, isActive, statusWords, verdict } from './training-story.ts';

export type TrainingRequest = Parameters<ApiClient['call']['startTraining']>[0];

/** The training that runs, or ran last, as the host tells it; it is there after a reload, too. */
export class Training {
  state = $state.raw<TrainingState | null>(null);
  /** What was asked for and is not answered yet. */
  asking = $state.raw<'start' | 'pause' | 'stop' | 'resume' | null>(null);
  problem = $state.raw<string | null>(null);
  /** The writer has seen how it ended and put it away. */
  dismissed = $state(false);
  readonly active = $derived(isActive(this.state));
  readonly shown = $derived(this.dismissed ? null : this.state);
  /** For a polite live region: changes at every tenth and every turn, not at every step. */
  readonly spoken = $derived(this.state === null ? '' : spoken(this.state, this.ending));
  readonly #client: ApiClient;
  readonly #ended: (sentence: string) => void;
  readonly #known: (voice: string) => number | null;
  readonly #disposers: readonly Disposer[];

  /**
   * @param ended hears once how a training ended, for a quiet notice
   * @param known bits per character of a voice on disk, or null
   */
  constructor(
    client: ApiClient,
    start: Pick<Start, 'training'>,
    ended: (sentence: string) => void = () => undefined,
    known: (voice: string) => number | null = () => null,
  ) {
    this.#client = client;
    this.#ended = ended;
    this.#known = known;
    this.state = start.training;
    this.#disposers = [client.on.trainingChanged((state) => this.#take(state))];
  }

  /** How it ended, as a sentence; null while it has not. */
  get ending(): string | null {
    return this.state && endingSentence(this.state, this.#known(this.state.voice));
  }

  start(request: TrainingRequest): Promise<boolean> {
    return this.#ask('start', () => this.#client.call.startTraining(request));
  }

  pause(): Promise<boolean> {
    return this.#ask('pause', () => this.#client.call.pauseTraining({}));
  }

  /** The best so far is kept for good. */
  stop(): Promise<boolean> {
    return this.#ask('stop', () => this.#client.call.stopTraining({}));
  }

  resume(voice: string): Promise<boolean> {
    return this.#ask('resume', () => this.#client.call.resumeTraining({ voice }));
  }

  /** Puts away a training that is over. */
  dismiss(): void {
    if (!this.active) this.dismissed = true;
  }

  dispose(): void {
    for (const dispose of this.#disposers) dispose();
  }

  #take(state: TrainingState | null): void {
    const wasActive = this.active;
    this.state = state;
    if (isActive(state)) this.dismissed = false;
    const { ending } = this;
    if (wasActive && ending !== null) this.#ended(ending);
  }

  async #ask(
    what: NonNullable<Training['asking']>,
    call: () => Promise<Result<null>>,
  ): Promise<boolean> {
    if (this.asking !== null) return false;
    this.asking = what;
    this.problem = null;
    const result = await call();
    this.asking = null;
    if (!result.ok) this.problem = result.error.sentence;
    else if (what === 'start' || what === 'resume') this.dismissed = false;
    return result.ok;
  }
}

function spoken(state: TrainingState, ending: string | null): string {
  if (ending !== null) return ending;
  const tenth = Math.floor((state.progress?.percent ?? 0) / 10) * 10;
  const judged = verdict(state.evaluations);
  return [
    // Evaluating and saving come and go between steps.
    state.status.kind === 'running' && state.progress !== null ? 'Studying' : statusWords(state),
    tenth > 0 ? `${tenth} percent` : '',
    judged.kind === 'memorising' ? judged.sentence : '',
  ]
    .filter((part) => part !== '')
    .join('. ');
}
