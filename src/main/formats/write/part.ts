import { proseFromMarkdown } from '../front-matter.ts';
import type { Part } from './assemble.ts';
import { settleLines } from './lines.ts';

/** A document that is Markdown, with the lines that its writer sees. Line ends are \n. */
export const partOf = (name: string, text: string): Part => ({
  name,
  prose: proseFromMarkdown(settleLines(text)),
});
