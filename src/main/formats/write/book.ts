/**
 * What every format is written from: a text that is ready to be set. All of it is printable, links lead
 * where a reader may go, footnotes are numbered, and nothing of it is markup of any format.
 */

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
  | {
      readonly kind: 'emphasis' | 'strong' | 'deleted';
      readonly children: readonly Inline[];
    }
  | { readonly kind: 'code'; readonly text: string }
  /** `address` is one of the web, or of a mailbox. */
  | { readonly kind: 'link'; readonly address: string; readonly children: readonly Inline[] }
  /** The mark of a footnote of this chapter, by its number from 1; `again`: the same note has one before. */
  | { readonly kind: 'note'; readonly number: number; readonly again: boolean };

export type Align = 'left' | 'center' | 'right' | null;

export type Block =
  /** Within a chapter: from 2 on. */
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | {
      readonly kind: 'paragraph';
      readonly children: readonly Inline[];
      /** It has line breaks: lines are never joined, and none is stretched. */
      readonly verse: boolean;
    }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      /** The first number; null for bullets. */
      readonly start: number | null;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly kind: 'scene-break' }
  | { readonly kind: 'code'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly align: readonly Align[];
      /** The first row is the head. */
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

export interface Note {
  readonly number: number;
  readonly blocks: readonly Block[];
}

export interface Chapter {
  /** For the table of contents. */
  readonly title: string;
  /** As it is printed; null where the chapter has none. */
  readonly heading: readonly Inline[] | null;
  readonly blocks: readonly Block[];
  readonly notes: readonly Note[];
}

export interface Book {
  readonly title: string;
  readonly author: string | null;
  /** BCP 47. */
  readonly language: string;
  readonly titlePage: boolean;
  readonly chapters: readonly Chapter[];
}

/** What stands for that which is no word. */
export interface Plainly {
  readonly lineBreak: string;
  readonly note: (number: number) => string;
  readonly link: (words: string, link: Extract<Inline, { kind: 'link' }>) => string;
}

/** The words alone; lines are joined by spaces, and notes and addresses are left out, unless it is said how. */
export function plainText(inlines: readonly Inline[], how: Partial<Plainly> = {}): string {
  const { lineBreak = ' ', note = () => '', link = (words) => words } = how;
  return inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
        case 'code':
          return inline.text;
        case 'break':
          return lineBreak;
        case 'note':
          return note(inline.number);
        case 'link':
          return link(plainText(inline.children, how), inline);
        case 'emphasis':
        case 'strong':
        case 'deleted':
          return plainText(inline.children, how);
      }
    })
    .join('');
}

/** The words of a block. */
export function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return plainText(block.children);
    case 'quote':
      return block.blocks.map(textOf).join(' ');
    case 'list':
      return block.items.map((item) => item.map(textOf).join(' ')).join(' ');
    case 'table':
      return block.rows.map((row) => row.map((cell) => plainText(cell)).join(' ')).join(' ');
    case 'code':
      return block.text;
    case 'scene-break':
      return '';
  }
}
