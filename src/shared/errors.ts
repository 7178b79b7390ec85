/** Every error a writer can meet. The code is stable; the sentence says what happened and what to do. */
export type ErrorCode =
  | 'text.empty'
  | 'text.binary'
  | 'text.missing'
  | 'text.unreadable'
  | 'text.too-short'
  | 'text.unsupported'
  | 'text.damaged'
  | 'text.hostile'
  | 'text.locked'
  | 'text.too-large'
  | 'config.invalid'
  | 'memory.too-small'
  | 'training.diverged'
  | 'training.interrupted'
  | 'voice.missing'
  | 'voice.foreign'
  | 'voice.damaged'
  | 'voice.too-new'
  | 'voice.exists'
  | 'voice.busy'
  | 'archive.invalid'
  | 'disk.full'
  | 'disk.failed'
  | 'backend.unavailable'
  | 'backend.lost'
  | 'generation.invalid'
  | 'generation.cancelled'
  | 'usage'
  | 'document.missing'
  | 'document.exists'
  | 'document.name'
  | 'document.changed'
  | 'document.stale'
  | 'document.read-only'
  | 'document.too-large'
  | 'snapshot.missing'
  | 'snapshot.damaged'
  | 'library.missing'
  | 'training.busy'
  | 'engine.gone'
  | 'engine.failed'
  | 'request.invalid'
  | 'unsupported'
  | 'internal';

/** An error meant for the writer: a stable code and one clear sentence, never a stack trace. */
export class UserError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'UserError';
    this.code = code;
  }
}

export const isUserError = (error: unknown): error is UserError => error instanceof UserError;
