import type { Format } from '../../../shared/formats.ts';
import { Refusal, locked } from '../refusal.ts';

/** What the first bytes of a file say it is; "zip" is one of several, and its parts tell. */
export type Content = 'zip' | 'rtf' | 'html' | 'text';

const ole = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

/**
 * Looks into a file, whatever its name says. The name counts only between HTML and other text.
 *
 * @throws Refusal for what is none of ours, with a word on what to do with it
 */
export function contentOf(bytes: Buffer, format: Format): Content {
  const head = bytes.toString('latin1', 0, 1024);
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return 'zip';
  if (head.startsWith('{\\rtf')) return 'rtf';
  if (bytes.subarray(0, 8).equals(ole)) {
    // A .docx with a password is packed into such a file, as all of Word's were before 2007.
    if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw locked();
    throw new Refusal(
      'text.unsupported',
      'is an old Word document (.doc); open it in Word or LibreOffice and save it as .docx.',
    );
  }
  if (head.startsWith('%PDF')) {
    throw new Refusal(
      'text.unsupported',
      'is a PDF, which holds pages and no prose; use the document it was made from.',
    );
  }
  if (bytes.length === 0) {
    throw new Refusal('text.empty', 'is empty; leave it out or write something in it.');
  }
  const start = head.replace(
    /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*/,
    '',
  );
  if (/^<(?:!doctype\s+html|html|head|body)\b/i.test(start)) return 'html';
  return format === 'html' ? 'html' : 'text';
}
