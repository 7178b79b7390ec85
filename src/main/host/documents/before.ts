import type { SnapshotCause } from '../../../shared/api/index.ts';
import type { Runs } from '../../../shared/provenance/index.ts';
import type { Form } from './text-file.ts';

/** A text that can be kept as it is now. */
export interface Keepable {
  /** On the disk, links resolved. */
  readonly real: string;
  readonly text: string;
  /** Which of its letters a voice suggested. */
  readonly runs: Runs;
  readonly form: Form;
}

/** A version that is kept for good reason. */
export interface Version extends Pick<Keepable, 'text' | 'runs' | 'form'> {
  readonly cause: SnapshotCause;
}

/** Who keeps texts as they were: told before a text is changed, so that nothing has to be guessed. */
export interface Before {
  /** Its text is about to be another; `cause` is null for a change like any other. */
  changing(document: Keepable, cause: SnapshotCause | null): void;
  closing(document: Keepable): void;
  /** Keeps texts for good reason; resolves when they are on the disk. Throws UserError. */
  keep(document: Keepable, versions: readonly Version[]): Promise<void>;
  /** The form in which a text was kept; null where it is not known any more, or the text is another one. */
  formOf(snapshot: string, text: string): Form | null;
}
