import { limits } from '../limits.ts';
import { damaged, hostile } from '../refusal.ts';

/** A piece of RTF. Text is bytes: what they mean depends on the font. */
export type Token =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'word'; readonly word: string; readonly value: number | null }
  | { readonly kind: 'text'; readonly bytes: Buffer };

const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const isLetter = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const open = { kind: 'open' } as const;
const close = { kind: 'close' } as const;

/**
 * RTF, piece by piece. By ourselves: the tokenizer of rtf-stream-parser makes room for as much binary data
 * as a file claims to hold.
 *
 * @throws Refusal for groups within each other without end, and where a group is left open
 */
export function* tokensOf(bytes: Buffer): Generator<Token> {
  let depth = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === OPEN) {
      if (++depth > limits.depth)
        throw hostile(`holds more than ${limits.depth} groups within each other`);
      yield open;
      at++;
    } else if (byte === CLOSE) {
      depth--;
      yield close;
      at++;
      // What follows the last group is not of the text.
      if (depth <= 0) return;
    } else if (byte === BACKSLASH) {
      const next = bytes[at + 1];
      if (next === undefined) break;
      if (next === 0x27) {
        const code = Number.parseInt(bytes.toString('latin1', at + 2, at + 4), 16);
        at += 4;
        if (!Number.isNaN(code)) yield { kind: 'text', bytes: Buffer.of(code) };
      } else if (isLetter(next)) {
        let end = at + 1;
        while (end < bytes.length && end - at < 40 && isLetter(bytes[end]!)) end++;
        const word = bytes.toString('latin1', at + 1, end);
        let value: number | null = null;
        let stop = end;
        if (bytes[stop] === 0x2d) stop++;
        while (stop < bytes.length && stop - end < 12 && isDigit(bytes[stop]!)) stop++;
        if (isDigit(bytes[stop - 1]!)) value = Number(bytes.toString('latin1', end, stop));
        else stop = end;
        at = bytes[stop] === 0x20 ? stop + 1 : stop;
        if (word === 'bin') at += Math.max(0, value ?? 0);
        else yield { kind: 'word', word, value };
      } else {
        at += 2;
        yield { kind: 'word', word: String.fromCharCode(next), value: null };
      }
    } else if (byte === 0x0d || byte === 0x0a || byte === 0) {
      at++;
    } else {
      let end = at + 1;
      while (end < bytes.length && !isSpecial(bytes[end]!)) end++;
      yield { kind: 'text', bytes: bytes.subarray(at, end) };
      at = end;
    }
  }
  if (depth > 0) throw damaged();
}

const isSpecial = (byte: number): boolean =>
  byte === OPEN ||
  byte === CLOSE ||
  byte === BACKSLASH ||
  byte === 0x0d ||
  byte === 0x0a ||
  byte === 0;
