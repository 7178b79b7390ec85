import { dice } from '../helpers/dice.ts';

/** Invented prose of about so many characters: words of a vocabulary of 8,000, the common ones often. */
export function prose(length: number): string {
  const roll = dice(7);
  const letters = 'etaoinshrdlu';
  const word = (): string =>
    Array.from({ length: 2 + roll(8) }, () => letters[roll(letters.length)]).join('');
  const vocabulary = Array.from({ length: 8000 }, word);
  const parts: string[] = [];
  for (let at = 0; at < length;) {
    const next = vocabulary[roll(1 + roll(vocabulary.length))]!;
    const end = roll(14) === 0 ? (roll(6) === 0 ? '.\n\n' : '. ') : ' ';
    parts.push(next, end);
    at += next.length + end.length;
  }
  return parts.join('');
}
