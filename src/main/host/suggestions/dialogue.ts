import type { Turn } from '../../../shared/api/index.ts';

export interface Dialogue {
  /** What stands before the turns: who speaks, and where. */
  readonly scene: string;
  readonly writerName: string;
  readonly voiceName: string;
  readonly turns: readonly Turn[];
}

/** A turn is one paragraph: a line break would look like the end of it. */
const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();

/** The dialogue as a manuscript has it, up to where the voice is to speak, and what ends its turn. */
export function promptOf({ scene, writerName, voiceName, turns }: Dialogue): {
  prompt: string;
  stopTexts: string[];
} {
  const names = { writer: line(writerName), voice: line(voiceName) };
  const paragraphs = turns.map(({ speaker, text }) => `${names[speaker]}: ${line(text)}`);
  const before = scene.trim() === '' ? [] : [scene.trim()];
  return {
    prompt: [...before, ...paragraphs, `${names.voice}:`].join('\n\n'),
    stopTexts: [...new Set([`\n${names.writer}:`, `\n${names.voice}:`])],
  };
}
