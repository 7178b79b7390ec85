import type { ErrorCode } from '../../shared/errors.ts';

/** What the process ends with; documented in the README, so numbers never change meaning. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  text: 3,
  voice: 4,
  resources: 5,
  diverged: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a user error, by its kind. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  switch (code) {
    case 'usage':
    case 'config.invalid':
    case 'generation.invalid':
      return exitCodes.usage;
    case 'text.empty':
    case 'text.binary':
    case 'text.missing':
    case 'text.unreadable':
    case 'text.too-short':
    case 'text.unsupported':
    case 'text.damaged':
    case 'text.hostile':
    case 'text.locked':
    case 'text.too-large':
    case 'document.missing':
    case 'document.exists':
    case 'document.name':
    case 'document.changed':
    case 'document.stale':
    case 'document.read-only':
    case 'document.too-large':
    case 'snapshot.missing':
    case 'snapshot.damaged':
    case 'library.missing':
      return exitCodes.text;
    case 'voice.missing':
    case 'voice.foreign':
    case 'voice.damaged':
    case 'voice.too-new':
    case 'voice.exists':
    case 'voice.busy':
    case 'training.busy':
    case 'archive.invalid':
      return exitCodes.voice;
    case 'memory.too-small':
    case 'disk.full':
    case 'disk.failed':
      return exitCodes.resources;
    case 'training.diverged':
      return exitCodes.diverged;
    case 'training.interrupted':
    case 'generation.cancelled':
      return exitCodes.interrupted;
    case 'backend.unavailable':
    case 'backend.lost':
    case 'engine.gone':
    case 'engine.failed':
    case 'request.invalid':
    case 'unsupported':
    case 'internal':
      return exitCodes.failure;
  }
}
