/**
 * UTF-8 that also carries lone surrogates as three bytes (WTF-8, Sapin 2016), so that any JavaScript
 * string survives the way to bytes and back.
 */
export function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        i++;
      }
    }
    if (code < 0x80) {
      bytes[n++] = code;
    } else if (code < 0x800) {
      bytes[n++] = 0xc0 | (code >> 6);
      bytes[n++] = 0x80 | (code & 63);
    } else if (code < 0x10000) {
      bytes[n++] = 0xe0 | (code >> 12);
      bytes[n++] = 0x80 | ((code >> 6) & 63);
      bytes[n++] = 0x80 | (code & 63);
    } else {
      bytes[n++] = 0xf0 | (code >> 18);
      bytes[n++] = 0x80 | ((code >> 12) & 63);
      bytes[n++] = 0x80 | ((code >> 6) & 63);
      bytes[n++] = 0x80 | (code & 63);
    }
  }
  return bytes.subarray(0, n);
}

/** Decodes a stream of such bytes; what is no character becomes U+FFFD. */
export class ByteDecoder {
  #code = 0;
  #needed = 0;
  #least = 0;

  /** The text that `bytes` complete. */
  push(bytes: ArrayLike<number>): string {
    let out = '';
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (this.#needed > 0 && (byte & 0xc0) === 0x80) {
        this.#code = (this.#code << 6) | (byte & 63);
        if (--this.#needed === 0) {
          const valid = this.#code >= this.#least && this.#code <= 0x10ffff;
          out += valid ? String.fromCodePoint(this.#code) : '\uFFFD';
        }
        continue;
      }
      out += this.end();
      if (byte < 0x80) {
        out += String.fromCharCode(byte);
      } else if (byte >= 0xc2 && byte < 0xf5) {
        this.#needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        this.#least = this.#needed === 1 ? 0x80 : this.#needed === 2 ? 0x800 : 0x10000;
        this.#code = byte & (0x3f >> this.#needed);
      } else {
        out += '\uFFFD';
      }
    }
    return out;
  }

  /** U+FFFD when a character was left unfinished. */
  end(): string {
    if (this.#needed === 0) return '';
    this.#needed = 0;
    return '\uFFFD';
  }
}
