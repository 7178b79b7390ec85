import { UserError, type ErrorCode } from '../../shared/errors.ts';

/** Why a manuscript is not read: a sentence that has no subject yet, for its readers know no names. */
export class Refusal extends Error {
  readonly code: ErrorCode;

  /** @param predicate goes on after the name: "is damaged; save it again." */
  constructor(code: ErrorCode, predicate: string, options?: ErrorOptions) {
    super(predicate, options);
    this.name = 'Refusal';
    this.code = code;
  }

  of(name: string): UserError {
    return new UserError(this.code, `${name} ${this.message}`, { cause: this });
  }
}

export const damaged = (cause?: unknown): Refusal =>
  new Refusal(
    'text.damaged',
    'is damaged or cut short; open it in the program it was made with and save it again.',
    { cause },
  );

/** @param what it does: "unpacks to more than 1 GB" */
export const hostile = (what: string, cause?: unknown): Refusal =>
  new Refusal(
    'text.hostile',
    `${what}, as no manuscript does; if you trust it, save it anew with your word processor.`,
    { cause },
  );

export const locked = (): Refusal =>
  new Refusal('text.locked', 'is protected by a password; save a copy of it without one.');
