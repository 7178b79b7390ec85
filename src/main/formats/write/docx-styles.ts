/** The styles of a .docx: those that Word knows by name, so that one change in Word changes the book. */
import {
  AlignmentType,
  LevelFormat,
  type INumberingOptions,
  type IParagraphStyleOptions,
  type IStylesOptions,
} from 'docx';
import type { PageSize } from '../../../shared/books.ts';

/** Ids of paragraph styles. */
export const styles = {
  title: 'Title',
  author: 'Author',
  first: 'FirstParagraph',
  body: 'BodyText',
  quote: 'Quote',
  verse: 'Verse',
  sceneBreak: 'SceneBreak',
  list: 'ListParagraph',
  code: 'SourceCode',
  table: 'TableText',
  tableHead: 'TableHeading',
  footnote: 'FootnoteText',
} as const;

/** Twentieths of a point, as Word counts. */
const pt = (points: number): number => Math.round(points * 20);
export const INDENT = pt(18);

export const pages: Readonly<
  Record<PageSize, { readonly width: number; readonly height: number; readonly side: number }>
> = {
  a4: { width: 11_906, height: 16_838, side: pt(92) },
  letter: { width: 12_240, height: 15_840, side: pt(96) },
};

/** @param level from 0, for the outline that programs show beside the text */
const heading = (level: number, size: number, before: number, italics: boolean) => ({
  next: styles.first,
  run: { size: size * 2, bold: false, italics, color: '000000', font: SERIF },
  paragraph: {
    alignment: AlignmentType.CENTER,
    keepNext: true,
    outlineLevel: level,
    spacing: { before: pt(before), after: pt(before * 0.55) },
    indent: { firstLine: 0 },
  },
});

/** Found on every system, by itself or by a face of the same widths. */
const SERIF = 'Times New Roman';

const line = Math.round(1.3 * 240);

const custom: readonly IParagraphStyleOptions[] = [
  {
    id: styles.body,
    name: 'Body Text',
    basedOn: 'Normal',
    quickFormat: true,
    paragraph: { indent: { firstLine: INDENT }, alignment: AlignmentType.BOTH, spacing: { line } },
  },
  {
    id: styles.first,
    name: 'First Paragraph',
    basedOn: styles.body,
    next: styles.body,
    quickFormat: true,
    paragraph: { indent: { firstLine: 0 } },
  },
  {
    id: styles.quote,
    name: 'Quote',
    basedOn: 'Normal',
    quickFormat: true,
    paragraph: {
      indent: { left: INDENT * 2, right: INDENT * 2 },
      spacing: { before: pt(8), after: pt(8), line },
    },
  },
  {
    id: styles.verse,
    name: 'Verse',
    basedOn: 'Normal',
    quickFormat: true,
    paragraph: {
      indent: { left: INDENT * 2 },
      spacing: { before: pt(8), after: pt(8), line },
    },
  },
  {
    id: styles.sceneBreak,
    name: 'Scene Break',
    basedOn: 'Normal',
    next: styles.first,
    quickFormat: true,
    paragraph: {
      alignment: AlignmentType.CENTER,
      keepNext: true,
      spacing: { before: pt(14), after: pt(14) },
    },
  },
  {
    id: styles.author,
    name: 'Author',
    basedOn: 'Normal',
    quickFormat: true,
    run: { size: 32 },
    paragraph: { alignment: AlignmentType.CENTER },
  },
  {
    id: styles.code,
    name: 'Source Code',
    basedOn: 'Normal',
    run: { font: 'Courier New', size: 20 },
    paragraph: { spacing: { before: pt(8), after: pt(8) } },
  },
  { id: styles.table, name: 'Table Text', basedOn: 'Normal', run: { size: 22 } },
  { id: styles.tableHead, name: 'Table Heading', basedOn: styles.table, run: { smallCaps: true } },
];

export const stylesFor = (language: string): IStylesOptions => ({
  default: {
    document: {
      run: { font: SERIF, size: 24, language: { value: language } },
      paragraph: { spacing: { before: 0, after: 0 } },
    },
    title: {
      run: { size: 56, color: '000000', font: SERIF },
      paragraph: { alignment: AlignmentType.CENTER, spacing: { before: pt(190), after: pt(28) } },
    },
    heading1: heading(0, 20, 64, false),
    heading2: heading(1, 15, 26, true),
    heading3: heading(2, 13, 22, true),
    heading4: heading(3, 12, 18, true),
    heading5: heading(4, 12, 18, true),
    heading6: heading(5, 12, 18, true),
    listParagraph: { paragraph: { spacing: { line } } },
    footnoteText: { run: { size: 20 }, paragraph: { spacing: { after: pt(2) } } },
    hyperlink: { run: { color: '000000' } },
  },
  paragraphStyles: custom,
});

/** Levels of a list that Word knows. */
const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8];
export const DEEPEST_LIST = LEVELS.length - 1;
const place = (level: number) => ({
  paragraph: { indent: { left: INDENT * (level + 2), hanging: INDENT } },
});

export const BULLETS = 'bullets';
export const numbersFrom = (start: number): string => `numbers-${start}`;

/** @param starts first numbers of the lists there are */
export const numberingFor = (starts: Iterable<number>): INumberingOptions => ({
  config: [
    {
      reference: BULLETS,
      levels: LEVELS.map((level) => ({
        level,
        format: LevelFormat.BULLET,
        text: level % 2 === 0 ? '•' : '–',
        alignment: AlignmentType.LEFT,
        style: place(level),
      })),
    },
    ...[...starts].map((start) => ({
      reference: numbersFrom(start),
      levels: LEVELS.map((level) => ({
        level,
        start: level === 0 ? start : 1,
        format: LevelFormat.DECIMAL,
        text: `%${level + 1}.`,
        alignment: AlignmentType.LEFT,
        style: place(level),
      })),
    })),
  ],
});
