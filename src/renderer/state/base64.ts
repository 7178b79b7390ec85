/** Bytes of a file as the boundary takes them. In pieces: a whole file as arguments overflows the stack. */
export function toBase64(bytes: Uint8Array): string {
  // A multiple of three, so that the pieces join without padding.
  const piece = 3 * 8192;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + piece))));
  }
  return parts.join('');
}
