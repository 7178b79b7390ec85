import { UserError } from '../../../shared/errors.ts';
import { decodeText } from '../../files/read-text.ts';
import { encodeText, hasMark } from './encoding.ts';
import { joinLineEnds, splitLineEnds, type LineEnds } from './line-ends.ts';

/** How a text is laid down in its file; with it the same text gives the same bytes. */
export interface Form {
  /** As WHATWG names it. */
  readonly encoding: string;
  /** A byte order mark stands at the start. */
  readonly mark: boolean;
  readonly lineEnds: LineEnds;
}

export interface TextFile {
  /** With \n line ends. */
  readonly text: string;
  readonly form: Form;
  /** Why it cannot be changed, as a sentence; null where it can. */
  readonly readOnly: string | null;
}

export const plainForm: Form = {
  encoding: 'utf-8',
  mark: false,
  lineEnds: { kind: 'alike', end: '\n' },
};

/**
 * Reads the bytes of a document.
 *
 * @param name for the error
 * @throws UserError `text.binary`
 */
export async function readTextFile(bytes: Buffer, name: string): Promise<TextFile> {
  if (bytes.length === 0) return { text: '', form: plainForm, readOnly: null };
  const decoded = await decodeText(bytes);
  if (decoded.kind === 'binary') {
    throw new UserError(
      'text.binary',
      `${name} is not plain text; open it in the program that made it.`,
    );
  }
  if (decoded.kind === 'damaged') {
    // Shown as far as it can be read, and never written.
    const shown = new TextDecoder(decoded.encoding).decode(bytes);
    return {
      ...formOf(shown, decoded.encoding, bytes),
      readOnly: `${name} holds bytes that are not ${decoded.encoding.toUpperCase()}, so it can only be read here.`,
    };
  }
  const file = formOf(decoded.text, decoded.encoding, bytes);
  // The proof that nothing is lost: the same bytes come out again.
  const again = encode(file.text, file.form);
  const faithful = again !== null && again.equals(bytes);
  return {
    ...file,
    readOnly: faithful
      ? null
      : `${name} is written in ${decoded.encoding}, which Understudy can read but not write; save a copy as UTF-8 to change it.`,
  };
}

function formOf(raw: string, encoding: string, bytes: Uint8Array): Omit<TextFile, 'readOnly'> {
  const { text, lineEnds } = splitLineEnds(raw);
  return { text, form: { encoding, mark: hasMark(bytes, encoding), lineEnds } };
}

/** The bytes of a text in its form, or null where its encoding lacks a character. */
export const encode = (text: string, { encoding, mark, lineEnds }: Form): Buffer | null =>
  encodeText(joinLineEnds(text, lineEnds), encoding, mark);

const endNames = { '\n': '', '\r\n': 'CRLF', '\r': 'CR' } as const;

/** For people: "UTF-8", or "windows-1252, CRLF". */
export function describe({ encoding, mark, lineEnds }: Form): string {
  const name = encoding.startsWith('utf') ? encoding.toUpperCase() : encoding;
  const ends = lineEnds.kind === 'mixed' ? 'mixed line ends' : endNames[lineEnds.end];
  return [name, mark && encoding === 'utf-8' ? 'with BOM' : '', ends].filter(Boolean).join(', ');
}
