/**
 * Lists and quotations of pandoc, which has no styles: it sets the items of a list a step further in, the first
 * line back by that step and begun by its mark and a tab, and quotations by two steps (pandoc's
 * Text.Pandoc.Writers.RTF). Other programs set anything so.
 */
import type { Shape } from './flow.ts';
import type { Setting } from './rtf-page.ts';
import type { Runs } from './runs.ts';

/** Of a list, in twips. */
const STEP = 360;
const QUOTED = 720;
const beginning =
  '{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 \\fswiss Helvetica;}{\\f1 \\fmodern Courier;}}';

/** Whether pandoc's own template begins the file. */
export const isPandoc = (bytes: Buffer): boolean =>
  bytes
    .toString('latin1', 0, 200)
    .replace(/[\r\n]/g, '')
    .startsWith(beginning);

/** What the paragraphs of one stretch of text are, one after the other. */
export class PandocShapes {
  /** Lists within each other that the paragraph before was in. */
  #lists = 0;

  /** Takes the mark off an item. */
  shapeOf({ indent, firstLine }: Setting, runs: Runs): Shape {
    const depth = Math.round(indent / STEP);
    const mark = firstLine < 0 && depth > 0 ? runs.withoutStart(/^(?:[•–]|\(?\w+[.)]) +/) : null;
    const item = { kind: 'item', level: depth - 1 } as const;
    if (mark !== null) {
      this.#lists = depth;
      const number = /\d+/.exec(mark)?.[0];
      return { ...item, ordered: !/[•–]/.test(mark), start: Number(number ?? 1), goesOn: false };
    }
    if (depth > 0 && depth <= this.#lists) {
      return { ...item, ordered: false, start: 1, goesOn: true };
    }
    this.#lists = 0;
    return { kind: indent >= QUOTED ? 'quote' : 'text' };
  }
}
