import { createHash } from 'node:crypto';
import { damage } from '../../helpers/dice.ts';

/** A whole number below `n`. */
export type Roll = (n: number) => number;

export const pick = <T>(roll: Roll, items: readonly T[]): T => items[roll(items.length)]!;

export const randomBytes = (roll: Roll, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => roll(256));

/** What no honest program writes where a number, a name or a list is expected. */
const oddities: readonly unknown[] = [
  ...[null, true, false, '', 'NaN', '\0', 'a'.repeat(5000), '\ud800', '__proto__', '../../x'],
  ...[0, -0, -1, 1, 2, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 60, 65_537],
  ...[[], [[]], [null], [0], [-1], [1e9], [1, 2, 3], {}, { length: 1e9 }, { toJSON: 1 }],
];

type Json = Record<string, unknown> | unknown[];
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** A copy in which one to three values are odd, gone, doubled or of another place. */
export function mutated<T>(value: T, roll: Roll): T {
  const root = structuredClone(value);
  for (let times = 1 + roll(3); times > 0 && isJson(root); times--) spoilPlace(root, roll);
  return root;
}

function spoilPlace(root: Json, roll: Roll): void {
  let at = root;
  for (;;) {
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = pick(roll, keys);
    const child = (at as Record<string, unknown>)[key];
    if (isJson(child) && roll(5) > 0) {
      at = child;
      continue;
    }
    const odd = structuredClone(pick(roll, oddities));
    const record = at as Record<string, unknown>;
    if (Array.isArray(at) && roll(3) === 0) at.splice(Number(key), roll(2), odd);
    else if (Array.isArray(at) && roll(8) === 0) at.splice(Number(key), 1);
    else if (roll(8) === 0 && !Array.isArray(at)) delete record[key];
    else if (typeof child === 'number' && roll(2) === 0) {
      record[key] = pick(roll, [child + 1, child - 1, -child, child * 2]);
    } else record[key] = odd;
    return;
  }
}

/** Bytes that are damaged, cut off, somebody else's, or nothing. */
export function spoiled(bytes: Uint8Array, roll: Roll): Uint8Array {
  switch (roll(8)) {
    case 0:
      return bytes.slice(0, roll(bytes.length + 1));
    case 1:
      return randomBytes(roll, roll(3000));
    case 2:
      return Uint8Array.from([...bytes, ...randomBytes(roll, 1 + roll(50))]);
    default:
      return damage(bytes, roll);
  }
}

/** Bytes of a safetensors file: `header` as JSON, or as it is; `claimed` is the length it tells. */
export function safetensors(header: unknown, values: Uint8Array, claimed?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(claimed ?? BigInt(padded.length));
  return Buffer.concat([prefix, padded, values]);
}

/** Header and values of a safetensors file. */
export function parts(bytes: Uint8Array): { header: Record<string, unknown>; values: Uint8Array } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = 8 + Number(view.readBigUInt64LE(0));
  return {
    header: JSON.parse(view.toString('utf8', 8, start)) as Record<string, unknown>,
    values: bytes.subarray(start),
  };
}

/** A safetensors file with a header that lies. */
export function lyingSafetensors(bytes: Uint8Array, roll: Roll): Uint8Array {
  const { header, values } = parts(bytes);
  const claims = [2n ** 60n, 2n ** 64n - 1n, 99_999_999n, 0n, 1n, BigInt(bytes.length)];
  switch (roll(5)) {
    case 0:
      return safetensors(header, values, pick(roll, claims));
    case 1:
      return safetensors('['.repeat(50_000), values);
    case 2:
      return safetensors(
        pick<unknown>(roll, [null, 1, [], '"', {}, { a: null }, { __metadata__: { card: 1 } }]),
        values,
      );
    default:
      return safetensors(mutated(header, roll), values);
  }
}

export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

const alphabet = [
  ...['a', 'e', 't', ' ', ' ', '\n', '.', ',', '"', '’', '—', 'é', 'ß', 'œ', 'ж', '中', 'あ', '﷽'],
  ...['\r\n', '\r', '\t', '\u0301', '\u200d', '\u00a0', '\u2028', '\ufeff', '\u202e', '\ufffd'],
  ...['😀', '👩‍👩‍👧', '🇩🇪', '\ud800', '\udc00', '\0', '\x1b[31m', '\x7f', '#', '* * *', '```', 'the '],
];

/** A string that somebody might paste: any script, half characters, controls, runs without a space. */
export function randomText(roll: Roll, length: number): string {
  const few = Array.from({ length: 1 + roll(8) }, () => pick(roll, alphabet));
  const plain = roll(2) === 0;
  let text = '';
  while (text.length < length) {
    const piece = plain && roll(10) > 0 ? pick(roll, alphabet.slice(0, 10)) : pick(roll, few);
    text += roll(30) === 0 ? piece.repeat(1 + roll(200)) : piece;
  }
  return text;
}

/** A manuscript as bytes: any encoding, right or wrong, or no text at all. */
export function randomManuscript(roll: Roll): Uint8Array {
  const text = randomText(roll, pick(roll, [0, 1, 10, 300, 2000, 2000, 6000]));
  const utf16 = Buffer.from(text, 'utf16le');
  switch (roll(9)) {
    case 0:
      return randomBytes(roll, roll(4000));
    case 1:
      return Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]);
    case 2:
      return Buffer.concat([Buffer.from([0xfe, 0xff]), utf16.swap16()]);
    case 3:
      return utf16.subarray(0, roll(utf16.length + 1));
    case 4:
      return Buffer.from(text, 'latin1');
    case 5:
      return damage(Buffer.from(text), roll);
    case 6:
      return Buffer.from('word'.repeat(1 + roll(20_000)) + text);
    default:
      return Buffer.from(text);
  }
}
