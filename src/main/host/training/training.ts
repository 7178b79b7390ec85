import type { ApiHandlers, Source, TrainingState } from '../../../shared/api/index.ts';
import type { Engines } from '../engines/index.ts';

export interface TrainingOptions {
  readonly engines: Engines;
  /** The folder of a voice: `<dataFolder>/voices/NAME.voice`. */
  readonly voicePath: (name: string) => string;
  /**
   * Real files and folders of sources, in their order.
   *
   * @throws UserError, such as `text.missing` for a source that is gone
   */
  readonly resolve: (sources: readonly Source[]) => Promise<readonly string[]>;
  /** Most memory in bytes, 0 for no limit. */
  readonly memoryLimit: () => number;
  readonly changed: (state: TrainingState | null) => void;
  /** The voice on disk is another now: improved, or trained to its end. */
  readonly voiceChanged: (name: string) => void;
  readonly log: (line: string) => void;
}

/** The one training there is at a time, with its calls of the Api. */
export interface Training {
  readonly handlers: Pick<
    ApiHandlers,
    | 'inspectSources'
    | 'estimateTraining'
    | 'startTraining'
    | 'pauseTraining'
    | 'stopTraining'
    | 'resumeTraining'
  >;
  /** Running, or the last one that was over; null before the first. */
  state(): TrainingState | null;
  /** Pauses what runs: it can be resumed after the next start. Waits a few seconds at most. */
  dispose(): Promise<void>;
}
