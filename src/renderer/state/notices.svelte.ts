import { isUserError } from '../../shared/errors.ts';

export type Tone = 'quiet' | 'warning' | 'problem';

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

/** Something the writer is told. Never in the way of typing. */
export interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly sentence: string;
  readonly actions: readonly NoticeAction[];
  /** One of a kind: a newer one takes its place. */
  readonly topic: string | null;
}

export interface NoticeOptions {
  readonly tone?: Tone;
  readonly actions?: readonly NoticeAction[];
  readonly topic?: string;
  /** Stays until it is closed or its topic is over. */
  readonly stays?: boolean;
}

/** Milliseconds for which a notice is shown that asks for nothing. */
const SHOWN = 7000;
/** Those above are dropped, oldest first: nobody reads a tower. */
const MOST = 4;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 0;

  say(sentence: string, options: NoticeOptions = {}): number {
    const { tone = 'quiet', actions = [], topic = null } = options;
    const id = this.#next++;
    const others = this.list.filter(
      (notice) => (topic === null || notice.topic !== topic) && notice.sentence !== sentence,
    );
    this.list = [...others, { id, tone, sentence, actions, topic }].slice(-MOST);
    if (!options.stays && tone !== 'problem') {
      setTimeout(() => this.dismiss(id), actions.length > 0 ? 2 * SHOWN : SHOWN);
    }
    return id;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /**
   * Runs what may fail: a `UserError` becomes a notice and gives null. Anything else is a bug and is
   * thrown on.
   */
  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!isUserError(error)) throw error;
      this.say(error.message, { tone: 'problem' });
      return null;
    }
  }
}
