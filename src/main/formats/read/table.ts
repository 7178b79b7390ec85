import type { PhrasingContent, RootContent, Table } from 'mdast';

/** A table as it is gathered: blocks in cells, cells in rows. */
export class TableReader {
  readonly #rows: RootContent[][][] = [];
  /** Cells that span others, or tables in tables: Markdown has none. */
  isSimple = true;

  row(): void {
    this.#rows.push([]);
  }

  cell(blocks: RootContent[]): void {
    this.#rows.at(-1)?.push(blocks);
  }

  /** A table where each cell holds a line of text at most; else null, and its text is `blocks`. */
  get table(): Table | null {
    const rows = this.#rows.filter((cells) => cells.length > 0);
    const columns = Math.max(0, ...rows.map(({ length }) => length));
    if (!this.isSimple || rows.length < 2 || columns < 2) return null;
    const lines = rows.map((cells) => cells.map(lineOf));
    if (lines.some((cells) => cells.some((cell) => cell === null))) return null;
    return {
      type: 'table',
      align: [],
      children: lines.map((cells) => ({
        type: 'tableRow',
        children: Array.from({ length: columns }, (_, i) => ({
          type: 'tableCell',
          children: cells[i] ?? [],
        })),
      })),
    };
  }

  get blocks(): RootContent[] {
    return this.#rows.flat(2);
  }
}

function lineOf(blocks: readonly RootContent[]): PhrasingContent[] | null {
  if (blocks.length > 1) return null;
  const [block] = blocks;
  if (!block) return [];
  if (block.type !== 'paragraph' || block.children.some(({ type }) => type === 'break'))
    return null;
  return block.children;
}
