import { UserError } from '../../../shared/errors.ts';

const INSTEAD = 'go on from the last checkpoint on the processor (--device cpu)';

/** The first line of what a driver says, without a stop. */
const brief = (message: string): string =>
  (message.trim().split('\n')[0] ?? '').replace(/[.:\s]+$/, '').slice(0, 160);

/** All that ends the work of a device, as `backend.lost`. */
export const failures = {
  gone: (message: string): UserError =>
    new UserError(
      'backend.lost',
      `The GPU went away in the middle of the work (${brief(message) || 'its driver does not say why'}); ${INSTEAD}.`,
    ),
  memory: (bytes: number): UserError =>
    new UserError(
      'backend.lost',
      `The GPU has no room for ${Math.ceil(bytes / 1e6)} MB more; ${INSTEAD}, or take a smaller batch.`,
    ),
  silent: (seconds: number): UserError =>
    new UserError('backend.lost', `The GPU did not answer for ${seconds} seconds; ${INSTEAD}.`),
  refused: (message: string): UserError =>
    new UserError('backend.lost', `The GPU refused a command (${brief(message)}); ${INSTEAD}.`),
};
