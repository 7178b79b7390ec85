import { isUtf8 } from 'node:buffer';
import chardet from 'chardet';
import { isBinaryFile } from 'isbinaryfile';
import { centralEncoding } from './central-europe.ts';

/** A text and the encoding it was in, as WHATWG names it; or why there is none. */
export type Decoded =
  | { readonly kind: 'text'; readonly text: string; readonly encoding: string }
  | { readonly kind: 'binary' }
  | { readonly kind: 'damaged'; readonly encoding: string };

/** Documents that are bytes of text and yet not the text: PDF, Rich Text Format, PostScript. */
const formats = ['%PDF-', '{\\rtf', '%!PS'];

/** Bytes that an encoding is guessed from. */
const SAMPLE = 1 << 16;

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    // Bytes that are not in this encoding (TypeError), or one that is not known here (RangeError).
    if (error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Bytes that a guess is tried on at once. */
const PIECE = 1 << 16;

/** Codes 80 to 9f are controls that stand for nothing: a sign of the wrong guess. */
const wrong = /[\0\u0080-\u009f]/;

/** Whether all of it may be in this encoding. In pieces: a wrong guess must not cost the memory of a whole text. */
function fits(bytes: Uint8Array, encoding: string): boolean {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    for (let at = 0; at < bytes.length; at += PIECE) {
      const text = decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
      if (wrong.test(text) || (at === 0 && looksBinary(text))) return false;
    }
    // What was begun must have ended.
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

/** Controls that no text editor writes. Kept: tab, line and page ends, DOS's end of file. */
const control = /[\u0001-\u0008\u000e-\u0019\u001b-\u001f\u007f]/g;

function looksBinary(text: string): boolean {
  if (text.includes('\0')) return true;
  const controls = text.slice(0, SAMPLE).match(control)?.length ?? 0;
  return controls * 100 > Math.min(text.length, SAMPLE);
}

const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Not in a manuscript: controls, codes without a character, private ones. */
const implausible = /[\0-\u0008\u000e-\u001f\p{Cn}\p{Co}]/u;
const common = /[\s\p{P}a-zA-Z0-9]/gu;

/** UTF-16 without a mark: the order of bytes that gives plausible text with spaces and marks in it. */
function wideEncoding(bytes: Uint8Array): string | null {
  if (bytes.length % 2 === 1) return null;
  const sample = bytes.subarray(0, SAMPLE);
  let best: string | null = null;
  let most = 0;
  for (const encoding of ['utf-16le', 'utf-16be']) {
    // Not fatal: the sample may end within a pair.
    const text = new TextDecoder(encoding).decode(sample);
    const found = text.match(common)?.length ?? 0;
    if (implausible.test(text) || found * 50 < text.length || found <= most) continue;
    most = found;
    best = encoding;
  }
  return best;
}

/** What western European text in windows-1252 has beyond ASCII. */
const western = /^[\0-~\u00a0¡£§©«®°·º»¼-¿À-ÖØ-öø-ÿŒœŠšŽžŸ–—‘’‚“”„†•…€™]*$/;
const accented = /[À-ÖØ-öø-ÿŒœŠšŽžŸ]/g;

/** A capital after a small letter. */
const humps = /\p{Ll}[À-ÖØ-ÞŒŠŽŸ]/u;

/**
 * Encodings of one byte a letter, or of Asia, likeliest first. Short western texts are ranked wrongly by
 * statistics alone, so windows-1252 comes first where it is half as likely as the best and looks right,
 * unless the letters are sure to be those of central Europe.
 */
function narrowEncodings(bytes: Uint8Array): string[] {
  const sample = bytes.subarray(0, SAMPLE);
  const matches = chardet.analyse(sample);
  const ranked = matches.filter(({ name }) => name !== 'ASCII' && !name.startsWith('UTF-'));
  const likeliest = ranked[0]?.confidence ?? 0;
  const text = new TextDecoder('windows-1252').decode(sample);
  const latin = ranked.find(({ name }) => name === 'windows-1252' || name === 'ISO-8859-1');
  const accents = text.match(accented)?.length ?? 0;
  const names = ranked.map(({ name }) => String(name));
  const looksWestern = western.test(text) && accents * 3 < text.length;
  if (looksWestern && (latin?.confidence ?? 0) * 2 >= likeliest) names.unshift('windows-1252');
  const central = centralEncoding(sample);
  if (central !== null) names.unshift(central);
  // Not told by statistics at all: quotes of old Macs read as capitals within words, "heÕd".
  const mac = new TextDecoder('macintosh').decode(sample);
  if (humps.test(text) && western.test(mac) && !humps.test(mac)) names.unshift('macintosh');
  return [...names, 'windows-1252'];
}

/** Reads bytes in whatever encoding they are in, or not at all: no character is lost or replaced. */
export async function decodeText(bytes: Buffer): Promise<Decoded> {
  const head = bytes.toString('latin1', 0, 5);
  if (formats.some((format) => head.startsWith(format))) return { kind: 'binary' };
  for (const [encoding, mark] of marks) {
    if (!mark.every((byte, i) => bytes[i] === byte)) continue;
    const text = decode(bytes, encoding);
    if (text === null) return { kind: 'damaged', encoding };
    return looksBinary(text) ? { kind: 'binary' } : { kind: 'text', text, encoding };
  }
  if (bytes.includes(0)) {
    const encoding = wideEncoding(bytes);
    const text = encoding === null ? null : decode(bytes, encoding);
    if (encoding === null || text === null || looksBinary(text)) return { kind: 'binary' };
    return { kind: 'text', text, encoding };
  }
  // ISO-2022 is ASCII with escapes, and so passes for UTF-8.
  if (isUtf8(bytes) && !bytes.includes(0x1b)) {
    const text = bytes.toString('utf8');
    if (looksBinary(text) || (await isBinaryFile(bytes))) return { kind: 'binary' };
    return { kind: 'text', text, encoding: 'utf-8' };
  }
  for (const name of narrowEncodings(bytes)) {
    if (!fits(bytes, name)) continue;
    const text = decode(bytes, name);
    if (text === null || looksBinary(text)) continue;
    return { kind: 'text', text, encoding: new TextDecoder(name).encoding };
  }
  return { kind: 'binary' };
}
