/** What our own readers find in what our writers wrote. */
import { describe, expect, test } from 'vitest';
import { readProse } from '../../src/main/formats/apart.ts';
import {
  assemble,
  type Block,
  type Book,
  type Inline,
} from '../../src/main/formats/write/index.ts';
import { bookOf, plainOptions, written } from '../helpers/books.ts';
import { everything } from './write/texts.ts';

const titlePage = { title: 'Tides', author: 'Ada Quill', titlePage: true } as const;

/** A book as one line for each block: what a reader would miss. */
function linesOf({ chapters }: Book): string[] {
  const inline = (inlines: readonly Inline[]): string =>
    inlines
      .map((each) => {
        switch (each.kind) {
          case 'text':
          case 'code':
            return each.text;
          case 'break':
            return ' / ';
          case 'note':
            return `[${each.number}]`;
          case 'emphasis':
            return `<${inline(each.children)}>`;
          case 'strong':
            return `<<${inline(each.children)}>>`;
          case 'deleted':
          case 'link':
            return inline(each.children);
        }
      })
      .join('')
      .replaceAll('\u00a0', ' ')
      .replace(/ +/g, ' ');
  const lines = (block: Block): string[] => {
    switch (block.kind) {
      case 'heading':
        return [`${'#'.repeat(block.level)} ${inline(block.children)}`];
      case 'paragraph':
        return [inline(block.children)];
      case 'quote':
        return block.blocks.flatMap(lines).map((line) => `> ${line}`);
      case 'list':
        return block.items.flatMap((item) =>
          item.flatMap(lines).map((line) => `${block.start === null ? '-' : 'n'} ${line}`),
        );
      case 'scene-break':
        return ['* * *'];
      case 'code':
        return [block.text];
      case 'table':
        return block.rows.map((row) => row.map(inline).join(' | '));
    }
  };
  return chapters.flatMap(({ heading, blocks, notes }) => [
    ...(heading === null ? [] : [`# ${inline(heading)}`]),
    ...blocks.flatMap(lines),
    ...notes.flatMap(({ number, blocks }) =>
      blocks.flatMap(lines).map((line) => `[${number}] ${line}`),
    ),
  ]);
}

describe('A book comes back', () => {
  test.each(['docx', 'epub', 'html', 'md'] as const)(
    'from .%s with its words, headings, emphasis, scene breaks, lists, tables and footnotes',
    async (format) => {
      const bytes = await written(everything, format, titlePage);
      const { prose } = await readProse({ kind: 'bytes', bytes }, format, `book.${format}`);
      expect(prose).toMatchObject({ title: 'Tides', author: 'Ada Quill', language: 'en-GB' });
      const { book } = assemble([{ name: 'book', prose }], { ...plainOptions, titlePage: true });
      // Of a page the title is known by its place; who wrote it stands below as text.
      const lines = linesOf(book).filter((line) => line !== titlePage.author);
      expect(lines).toEqual(linesOf(bookOf(everything, titlePage).book));
    },
  );
});
