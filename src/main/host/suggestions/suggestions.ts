import type { ApiHandlers, HistoryEntry } from '../../../shared/api/index.ts';
import type { Engines } from '../engines/index.ts';
import type { OpenDocuments } from '../types.ts';

export interface SuggestionsOptions {
  readonly engines: Engines;
  readonly documents: OpenDocuments;
  /** The folder of a voice: `<dataFolder>/voices/NAME.voice`. */
  readonly voicePath: (name: string) => string;
  /** Keeps a suggestion in the history; gives its id. */
  readonly record: (entry: Omit<HistoryEntry, 'id' | 'at' | 'accepted'>) => Promise<string>;
  /** Another seed each time, 0 to 2^32 - 1. */
  readonly seed: () => number;
  readonly log: (line: string) => void;
}

/** Continue, read ahead, talk: what the sampler does for the page. */
export interface Suggestions {
  readonly handlers: Pick<ApiHandlers, 'continue' | 'readAhead' | 'typing' | 'talk'>;
  /** The voice on disk is another now, or gone. */
  forgetVoice(name: string): void;
  /** The creativity that is as surprising as the writer's own pages. Throws UserError. */
  measureYou(name: string): Promise<number>;
  dispose(): void;
}
