import { decodeText } from '../decode-text.ts';
import { Refusal } from '../refusal.ts';

/** HTML in the encoding that it says it is in, where that is true, else in the one it looks like. */
export async function decodeHtml(bytes: Buffer): Promise<string> {
  const head = bytes.toString('latin1', 0, 2048);
  const isMarked = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/.test(head);
  const declared =
    /<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]{1,100}?encoding\s*=\s*["']([\w.:-]+)/.exec(head)?.[1];
  if (!isMarked && declared !== undefined) {
    try {
      return new TextDecoder(declared, { fatal: true }).decode(bytes);
    } catch (error) {
      // An encoding that there is not, or bytes that are not in it.
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    }
  }
  const decoded = await decodeText(bytes);
  if (decoded.kind === 'text') return decoded.text;
  throw new Refusal('text.binary', 'is not HTML; choose another file.');
}
