import { setImmediate as turn } from 'node:timers/promises';

/** UTF-16 code units that are worked on in one go: a few milliseconds of any work done here. */
const SLICE = 1 << 17;

/**
 * The text in pieces, with a turn for everything else of the host between them. No piece ends inside a
 * word, or inside a character.
 */
export async function* slices(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length;) {
    const end = at + SLICE >= text.length ? text.length : cutBefore(text, at + SLICE, at);
    yield text.slice(at, end);
    at = end;
    if (at < text.length) await turn();
  }
}

/** The last place up to `end` where a word may end; `end` itself, between characters, where there is none. */
function cutBefore(text: string, end: number, least: number): number {
  for (let at = end; at > end - 1000 && at > least; at--) {
    if (/\s/.test(text[at - 1]!)) return at;
  }
  const inside = /[\udc00-\udfff]/.test(text[end]!) && /[\ud800-\udbff]/.test(text[end - 1]!);
  return inside ? end - 1 : end;
}

/** The text as UTF-8. */
export async function encoded(text: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const slice of slices(text)) parts.push(Buffer.from(slice, 'utf8'));
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
