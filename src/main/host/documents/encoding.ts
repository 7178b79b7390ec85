/** Turning text back into the bytes of the encoding it came in. */

const oneByte = new Map<string, ReadonlyMap<string, number>>();

/** For an encoding of one byte a character: which byte stands for which. Null for all others. */
function tableOf(encoding: string): ReadonlyMap<string, number> | null {
  const known = oneByte.get(encoding);
  if (known) return known;
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const text = decoder.decode(Uint8Array.of(byte));
    // What is a part of a longer code decodes to a replacement.
    if (text.length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, byte);
  }
  if (table.size < 200) return null;
  oneByte.set(encoding, table);
  return table;
}

const marks: Readonly<Record<string, readonly number[]>> = {
  'utf-8': [0xef, 0xbb, 0xbf],
  'utf-16le': [0xff, 0xfe],
  'utf-16be': [0xfe, 0xff],
};

/** Whether bytes begin with the encoding's byte order mark. */
export const hasMark = (bytes: Uint8Array, encoding: string): boolean =>
  marks[encoding]?.every((byte, i) => bytes[i] === byte) ?? false;

/** The bytes of a text, or null where the encoding has no code for some of it. */
export function encodeText(text: string, encoding: string, mark: boolean): Buffer | null {
  const start = Buffer.from(mark ? (marks[encoding] ?? []) : []);
  switch (encoding) {
    case 'utf-8':
      return Buffer.concat([start, Buffer.from(text, 'utf8')]);
    case 'utf-16le':
      return Buffer.concat([start, Buffer.from(text, 'utf16le')]);
    case 'utf-16be':
      return Buffer.concat([start, Buffer.from(text, 'utf16le').swap16()]);
  }
  const table = tableOf(encoding);
  if (!table) return null;
  const bytes = Buffer.allocUnsafe(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = table.get(text.charAt(i));
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
