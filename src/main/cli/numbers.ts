import { UserError } from '../../shared/errors.ts';

/** What a number on the command line must be. Bounds are inclusive unless `above` is given. */
export interface NumberBounds {
  readonly integer?: boolean;
  readonly minimum?: number;
  /** Exclusive lower bound. */
  readonly above?: number;
  readonly maximum?: number;
  /** Exclusive upper bound. */
  readonly below?: number;
}

const limit = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 9 });

/** "a whole number from 1 to 4,096", for messages and help. */
export function describeBounds(bounds: NumberBounds): string {
  const kind = bounds.integer ? 'a whole number' : 'a number';
  const { minimum, above, maximum, below } = bounds;
  const lower =
    minimum !== undefined
      ? `from ${limit(minimum)}`
      : above !== undefined
        ? `above ${limit(above)}`
        : '';
  const upper =
    maximum !== undefined
      ? `${minimum !== undefined ? 'to' : 'up to'} ${limit(maximum)}`
      : below !== undefined
        ? `below ${limit(below)}`
        : minimum !== undefined
          ? 'up'
          : '';
  const joint = lower && upper && !upper.startsWith('to') && upper !== 'up' ? ' and ' : ' ';
  return [kind, [lower, upper].filter(Boolean).join(joint)].filter(Boolean).join(' ');
}

/**
 * Reads one number. Only plain decimal notation counts, so "12px", "0x10" and "" are refused.
 *
 * @throws UserError `usage`, naming flag, value and bound
 */
export function parseNumber(flag: string, text: string, bounds: NumberBounds): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  const wrong =
    !Number.isFinite(value) ||
    (bounds.integer === true && !Number.isSafeInteger(value)) ||
    (bounds.minimum !== undefined && value < bounds.minimum) ||
    (bounds.above !== undefined && value <= bounds.above) ||
    (bounds.maximum !== undefined && value > bounds.maximum) ||
    (bounds.below !== undefined && value >= bounds.below);
  if (wrong) {
    throw new UserError('usage', `${flag} is "${text}"; it must be ${describeBounds(bounds)}.`);
  }
  return value;
}

/** The parser of one flag, for commander. */
export const numberFlag =
  (flag: string, bounds: NumberBounds) =>
  (text: string): number =>
    parseNumber(flag, text, bounds);
