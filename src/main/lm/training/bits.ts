import type { TokenStream } from '../text/tokens.ts';
import { BOUNDARY, UNKNOWN, type Units } from '../text/units.ts';

/**
 * Nats it takes to spell the unknown units of a stream, uniformly over the characters that the vocabulary
 * knows and an end mark: what makes kinds of units compare. 0 when all is known.
 */
export function spellingNats(units: Units, stream: TokenStream): number {
  let unknown = 0;
  let known = 0;
  const lengths = new Int32Array(units.size).fill(-1);
  for (const id of stream.ids) {
    if (id === UNKNOWN) unknown++;
    else if (id !== BOUNDARY) {
      if (lengths[id] === -1) lengths[id] = units.text(id).length;
      known += lengths[id] ?? 0;
    }
  }
  if (unknown === 0) return 0;
  const alphabet = new Set<string>();
  for (let id = 2; id < units.size; id++)
    for (const character of units.text(id)) alphabet.add(character);
  const spelt = Math.max(unknown, stream.characters - known);
  return (spelt + unknown) * Math.log(alphabet.size + 1);
}

/**
 * Bits per character (UTF-16 code unit), which compares kinds of units.
 *
 * @param nats of all tokens together
 * @param spelling what `spellingNats` gives for them
 */
export const bitsPerCharacter = (nats: number, spelling: number, characters: number): number =>
  (nats + spelling) / Math.LN2 / Math.max(1, characters);
