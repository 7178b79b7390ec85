/** A book as a document of Word, with styles that a publisher's template can take over. */
import {
  AlignmentType,
  BorderStyle,
  Document,
  ExternalHyperlink,
  Footer,
  FootnoteReferenceRun,
  HeadingLevel,
  Packer,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
  type IParagraphOptions,
  type IRunOptions,
  type ParagraphChild,
} from 'docx';
import type { Align, Block, Book, Chapter, Inline } from './book.ts';
import {
  BULLETS,
  DEEPEST_LIST,
  INDENT,
  numberingFor,
  numbersFrom,
  pages,
  styles,
  stylesFor,
} from './docx-styles.ts';
import type { PageSize } from '../../../shared/books.ts';

/** How runs look that differ from their paragraph's style. */
type Look = Pick<IRunOptions, 'italics' | 'bold' | 'strike' | 'font'>;

/** Where a block stands. */
interface Place {
  readonly style: 'body' | 'quote' | 'list' | 'footnote';
  /** Depth of the list it is in, from 0; -1 outside. */
  readonly level: number;
}

const headings = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
];

export async function docxOf(book: Book, pageSize: PageSize): Promise<Uint8Array> {
  const writer = new Writer();
  const children = writer.book(book);
  const { width, height, side } = pages[pageSize];
  const number = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new TextRun({ children: [PageNumber.CURRENT], size: 20 })],
  });
  const document = new Document({
    title: book.title,
    creator: book.author ?? '',
    lastModifiedBy: book.author ?? '',
    description: '',
    styles: stylesFor(book.language),
    numbering: numberingFor(writer.starts),
    footnotes: writer.footnotes,
    sections: [
      {
        properties: {
          titlePage: book.titlePage,
          page: {
            size: { width, height },
            margin: { top: 1500, bottom: 1600, left: side, right: side, footer: 800 },
          },
        },
        footers: {
          default: new Footer({ children: [number] }),
          ...(book.titlePage ? { first: new Footer({ children: [new Paragraph('')] }) } : {}),
        },
        children,
      },
    ],
  });
  return Packer.toBuffer(document);
}

class Writer {
  readonly footnotes: Record<string, { readonly children: readonly Paragraph[] }> = {};
  /** First numbers of the lists there are. */
  readonly starts = new Set<number>();
  #notes = 0;
  #lists = 0;
  #chapter: Chapter | null = null;
  /** The next paragraph begins a page. */
  #newPage = false;

  book({ title, author, titlePage, chapters }: Book): (Paragraph | Table)[] {
    const written: (Paragraph | Table)[] = [];
    if (titlePage) {
      written.push(new Paragraph({ style: styles.title, children: [new TextRun(title)] }));
      if (author !== null) {
        written.push(new Paragraph({ style: styles.author, children: [new TextRun(author)] }));
      }
    }
    for (const [i, chapter] of chapters.entries()) {
      this.#chapter = chapter;
      this.#newPage = i > 0 || titlePage;
      if (chapter.heading !== null) {
        written.push(this.#paragraph({ heading: headings[0]! }, chapter.heading));
      }
      written.push(...this.#blocks(chapter.blocks, { style: 'body', level: -1 }));
    }
    // Word opens no document without a paragraph.
    return written.length > 0 ? written : [new Paragraph('')];
  }

  #blocks(blocks: readonly Block[], place: Place): (Paragraph | Table)[] {
    return blocks.flatMap((block, i): (Paragraph | Table)[] => {
      switch (block.kind) {
        case 'heading':
          return [this.#paragraph({ heading: headings[block.level - 1]! }, block.children)];
        case 'paragraph': {
          const style = this.#styleOf(block.verse, place, blocks[i - 1]);
          const indent = place.level < 0 ? {} : { indent: { left: INDENT * (place.level + 2) } };
          return [this.#paragraph({ style, ...indent }, block.children)];
        }
        case 'quote':
          return this.#blocks(block.blocks, { ...place, style: 'quote' });
        case 'list':
          return this.#list(block, { style: 'list', level: place.level + 1 });
        case 'scene-break':
          return [this.#paragraph({ style: styles.sceneBreak }, [{ kind: 'text', text: '* * *' }])];
        case 'code': {
          const lines = block.text
            .split('\n')
            .flatMap((text, i): Inline[] => [
              ...(i > 0 ? [{ kind: 'break' } as const] : []),
              { kind: 'text', text },
            ]);
          return [this.#paragraph({ style: styles.code }, lines)];
        }
        case 'table':
          return this.#table(block);
      }
    });
  }

  #styleOf(verse: boolean, { style }: Place, before: Block | undefined): string {
    if (style === 'footnote') return styles.footnote;
    if (style === 'list') return styles.list;
    if (style === 'quote') return styles.quote;
    if (verse) return styles.verse;
    return before?.kind === 'paragraph' ? styles.body : styles.first;
  }

  #list({ start, items }: Extract<Block, { kind: 'list' }>, place: Place): (Paragraph | Table)[] {
    if (start !== null) this.starts.add(start);
    const reference = start === null ? BULLETS : numbersFrom(start);
    const level = Math.min(place.level, DEEPEST_LIST);
    // Each list counts for itself.
    const instance = ++this.#lists;
    return items.flatMap(([first, ...rest]) => {
      const line = first?.kind === 'paragraph' ? first.children : [];
      const others = first === undefined || first.kind === 'paragraph' ? rest : [first, ...rest];
      const numbering = { reference, level, instance };
      return [
        this.#paragraph({ style: styles.list, numbering }, line),
        ...this.#blocks(others, place),
      ];
    });
  }

  #table({ align, rows }: Extract<Block, { kind: 'table' }>): (Paragraph | Table)[] {
    const sides = {
      left: AlignmentType.LEFT,
      center: AlignmentType.CENTER,
      right: AlignmentType.RIGHT,
    };
    const sideOf = (side: Align | undefined) => sides[side ?? 'left'];
    const before = this.#newPage ? [this.#paragraph({}, [])] : [];
    const none = { style: BorderStyle.NONE, size: 0, color: 'auto' };
    const thin = { style: BorderStyle.SINGLE, size: 4, color: '000000' };
    const table = new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      borders: {
        top: none,
        left: none,
        right: none,
        bottom: none,
        insideVertical: none,
        insideHorizontal: none,
      },
      rows: rows.map(
        (cells, row) =>
          new TableRow({
            tableHeader: row === 0,
            cantSplit: true,
            children: cells.map(
              (cell, column) =>
                new TableCell({
                  ...(row === 0 ? { borders: { bottom: thin } } : {}),
                  margins: { top: 40, bottom: 40, left: 100, right: 100 },
                  children: [
                    this.#paragraph(
                      {
                        style: row === 0 ? styles.tableHead : styles.table,
                        alignment: sideOf(align[column]),
                      },
                      cell,
                    ),
                  ],
                }),
            ),
          }),
      ),
    });
    // Two tables in a row would be one.
    return [...before, table, new Paragraph('')];
  }

  #paragraph(options: IParagraphOptions, inlines: readonly Inline[]): Paragraph {
    const newPage = this.#newPage;
    this.#newPage = false;
    return new Paragraph({
      ...options,
      ...(newPage ? { pageBreakBefore: true } : {}),
      children: this.#runs(inlines, {}),
    });
  }

  #runs(inlines: readonly Inline[], look: Look): ParagraphChild[] {
    return inlines.flatMap((inline): ParagraphChild[] => {
      switch (inline.kind) {
        case 'text':
          return [new TextRun({ ...look, text: inline.text })];
        case 'break':
          return [new TextRun({ ...look, break: 1 })];
        case 'emphasis':
          // Within emphasis it is the upright that stands out.
          return this.#runs(inline.children, { ...look, italics: look.italics !== true });
        case 'strong':
          return this.#runs(inline.children, { ...look, bold: true });
        case 'deleted':
          return this.#runs(inline.children, { ...look, strike: true });
        case 'code':
          return [new TextRun({ ...look, font: 'Courier New', text: inline.text })];
        case 'link': {
          const children = this.#runs(inline.children, look);
          // A mark of a note cannot stand within a link of Word.
          const marks = children.filter((child) => child instanceof FootnoteReferenceRun);
          const text = children.filter((child) => !(child instanceof FootnoteReferenceRun));
          return [new ExternalHyperlink({ link: inline.address, children: text }), ...marks];
        }
        case 'note':
          return [new FootnoteReferenceRun(this.#footnote(inline.number))];
      }
    });
  }

  /** Every mark has a note of its own: Word knows no other. Gives its number in the whole book. */
  #footnote(number: number): number {
    const id = ++this.#notes;
    const note = this.#chapter?.notes.find((each) => each.number === number);
    const newPage = this.#newPage;
    this.#newPage = false;
    const written = this.#blocks(note?.blocks ?? [], { style: 'footnote', level: -1 });
    this.#newPage = newPage;
    this.footnotes[id] = {
      children: written.flatMap((block) => (block instanceof Paragraph ? [block] : [])),
    };
    return id;
  }
}
