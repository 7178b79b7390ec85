import type { Sampling } from '../../../shared/api/index.ts';

type Length = Sampling['length'];

/** Numbers of words that are offered; others come from Advanced. */
const COUNTS = [25, 50, 100, 200];

export const lengthValue = (length: Length): string =>
  length.kind === 'words' ? `words ${length.count}` : length.kind;

export function lengthOf(value: string): Length {
  const words = /^words (\d+)$/.exec(value);
  if (words) return { kind: 'words', count: Number(words[1]) };
  if (value === 'phrase' || value === 'sentence' || value === 'paragraph') return { kind: value };
  throw new RangeError(`"${value}" is no length`);
}

export function lengthOptions(chosen: Length): { value: string; label: string }[] {
  const counts = new Set(COUNTS);
  if (chosen.kind === 'words') counts.add(chosen.count);
  return [
    { value: 'phrase', label: 'Phrase' },
    { value: 'sentence', label: 'Sentence' },
    { value: 'paragraph', label: 'Paragraph' },
    ...[...counts]
      .sort((a, b) => a - b)
      .map((count) => ({ value: `words ${count}`, label: `${count} words` })),
  ];
}
