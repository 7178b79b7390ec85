import { Flow, type Shape } from './flow.ts';
import { Runs, type Look } from './runs.ts';
import { TableReader } from './table.ts';
import type { Tally } from './tally.ts';
import type { RtfHeader } from './rtf-header.ts';
import { PandocShapes } from './rtf-pandoc.ts';

/** How a paragraph is set; \pard makes it plain again. */
export interface Setting {
  style: number;
  outline: number | null;
  centred: boolean | null;
  list: number | null;
  level: number;
  inTable: boolean;
  border: boolean;
  /** How far in it stands, and from there its first line, in twips. */
  indent: number;
  firstLine: number;
}

export const plainSetting = (): Setting => ({
  style: 0,
  outline: null,
  centred: null,
  list: null,
  level: 0,
  inTable: false,
  border: false,
  indent: 0,
  firstLine: 0,
});

/** Where text is written: the body, or one note. */
export class RtfPage {
  readonly #header: RtfHeader;
  readonly #tally: Tally;
  readonly #body = new Flow();
  readonly #pandoc: PandocShapes | null;
  #runs = new Runs();
  #table: TableReader | null = null;
  #cell = new Flow();
  #wasContents = false;
  #inRow = false;
  setting = plainSetting();

  constructor(header: RtfHeader, tally: Tally) {
    this.#header = header;
    this.#tally = tally;
    this.#pandoc = header.isPandoc ? new PandocShapes() : null;
  }

  text(text: string, look: Look): void {
    this.#runs.text(text, look);
  }

  break(look: Look): void {
    this.#runs.break(look);
  }

  note(identifier: string, look: Look): void {
    this.#runs.note(identifier, look);
  }

  /** \par */
  endParagraph(): void {
    const runs = this.#runs;
    this.#runs = new Runs();
    const { style, outline, centred, border, inTable } = this.setting;
    if (inTable || this.#inRow) this.#open();
    else this.#endTable();
    const flow = this.#table ? this.#cell : this.#body;
    const look = this.#header.styles.get(style);
    const shape = this.#shape(outline, runs);
    if (shape === 'contents') {
      if (!runs.isEmpty && !this.#wasContents) this.#tally.drop('table of contents');
      this.#wasContents ||= !runs.isEmpty;
      return;
    }
    if (!runs.isEmpty) this.#wasContents = false;
    if (runs.isEmpty && border) return flow.rule();
    if (shape.kind === 'heading') runs.without({ italic: look?.italic ?? false, bold: true });
    else if (shape.kind === 'quote')
      runs.without({ italic: look?.italic ?? false, bold: look?.bold ?? false });
    flow.paragraph(shape, runs, centred ?? look?.centred ?? false);
  }

  /** \trowd */
  beginRow(): void {
    this.#inRow = true;
  }

  /** \cell */
  endCell(): void {
    const table = this.#open();
    this.#inRow = true;
    this.endParagraph();
    table.cell(this.#cell.blocks);
    this.#cell = new Flow();
  }

  /** \row */
  endRow(): void {
    this.#open().row();
    this.#inRow = false;
  }

  /** Cells that are joined, or a table in a table. */
  unusualTable(): void {
    this.#open().isSimple = false;
  }

  /** All that was written. */
  end(): Flow {
    this.#inRow = false;
    this.endParagraph();
    this.#endTable();
    return this.#body;
  }

  #open(): TableReader {
    if (this.#table) return this.#table;
    const table = new TableReader();
    table.row();
    this.#table = table;
    return table;
  }

  #endTable(): void {
    const reader = this.#table;
    if (!reader) return;
    this.#table = null;
    const { table, blocks } = reader;
    const rest = this.#cell.blocks;
    this.#cell = new Flow();
    if (table) this.#body.add(table);
    else if (blocks.length > 0) {
      this.#tally.drop('table layout');
      for (const block of blocks) this.#body.add(block);
    }
    for (const block of rest) this.#body.add(block);
  }

  #shape(outline: number | null, runs: Runs): Shape | 'contents' {
    const { style, list, level } = this.setting;
    // Asked for every paragraph: a heading ends a list, too.
    const ofPandoc = this.#pandoc?.shapeOf(this.setting, runs);
    if (outline !== null && outline < 9) return { kind: 'heading', depth: outline + 1 };
    if (ofPandoc) return ofPandoc;
    const shape = this.#header.shapeOf(style);
    if (shape === 'contents' || shape.kind !== 'text' || list === null || list === 0) return shape;
    const depth = Math.min(8, Math.max(0, level));
    return { kind: 'item', level: depth, ...this.#header.level(list, depth), goesOn: false };
  }
}
