import { TextDecoder } from 'node:util';

/**
 * Hunspell's files are bytes: flags are bytes, words are in the encoding that the .aff file names. They
 * are kept as strings of one character a byte, so that they sort as bytes do.
 */
export type Bytes = string;

export const fromBytes = (bytes: Uint8Array): Bytes => Buffer.from(bytes).toString('latin1');
export const toBytes = (text: Bytes): Uint8Array => Buffer.from(text, 'latin1');

/** As C has it: not the no-break space, which is a letter's byte elsewhere. */
export const trim = (text: Bytes): Bytes => text.replace(/^[\t\n\v\f\r ]+|[\t\n\v\f\r ]+$/g, '');

const BOM = '\xef\xbb\xbf';

/** The lines of a file without what is around them; empty ones too. */
export const lines = (file: Bytes): readonly Bytes[] =>
  (file.startsWith(BOM) ? file.slice(BOM.length) : file).split('\n').map(trim);

/** What stands before a comment. */
export function withoutComment(line: Bytes): Bytes {
  const start = line.indexOf('#');
  return start < 0 ? line : trim(line.slice(0, start));
}

/**
 * Makes UTF-8 of what is in `encoding`, as an .aff file names it.
 *
 * @throws RangeError where the encoding is not known, or the bytes are not in it
 */
export function toUtf8(encoding: string): (text: Bytes) => Bytes {
  // "ISO8859-1" is "iso-8859-1" elsewhere.
  const label = encoding.replace(/^ISO-?8859/i, 'iso-8859').replace(/^microsoft-cp/i, 'windows-');
  const decoder = decoderOf(label);
  if (decoder === null) throw new RangeError(`The encoding "${encoding}" is not known`);
  return (text) => {
    if (isAscii(text)) return text;
    try {
      return fromBytes(Buffer.from(decoder.decode(toBytes(text)), 'utf8'));
    } catch {
      throw new RangeError(`"${text}" is not in the encoding "${encoding}"`);
    }
  };
}

function decoderOf(label: string): TextDecoder | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    return null;
  }
}

const isAscii = (text: Bytes): boolean => /^[\x00-\x7f]*$/.test(text);
