import { UserError } from '../../../shared/errors.ts';

const SMALLER = 'close other programs that use it, or choose a smaller batch or smaller layers';
const NEWER = 'a newer driver may help';

/** The first line of what a driver says, without a stop. */
const brief = (message: string): string =>
  (message.trim().split('\n')[0] ?? '').replace(/[.:\s]+$/, '').slice(0, 160);

const lost = (sentence: string): UserError => new UserError('backend.lost', sentence);

/** All that ends the work of a device. */
export const failures = {
  gone: (message: string): UserError =>
    lost(`The GPU stopped working (${brief(message) || 'it does not say why'}); ${NEWER}.`),
  refused: (message: string): UserError =>
    lost(`The GPU refused a command (${brief(message)}); ${NEWER}.`),
  memory: (bytes: number): UserError => {
    const more = Math.ceil(bytes / 1e6);
    return lost(
      `The GPU has too little free memory for this training (${more} MB more are needed); ${SMALLER}.`,
    );
  },
  silent: (seconds: number): UserError =>
    lost(`The GPU did not answer for ${seconds} seconds; ${SMALLER}.`),
};
