/** A book as plain text: one line a paragraph, and no marks of any format. */
import { plainText, type Block, type Book, type Inline, type Note } from './book.ts';

export function plainOf({ title, author, titlePage, chapters }: Book): string {
  const pieces: string[] = [];
  if (titlePage) pieces.push(author === null ? title : `${title}\n\n${author}`);
  const notes: Note[] = [];
  for (const chapter of chapters) {
    const before = notes.length;
    const number = (inChapter: number): number => before + inChapter;
    const heading = chapter.heading === null ? [] : [inlineText(chapter.heading, number)];
    pieces.push(
      [...heading, ...chapter.blocks.map((block) => blockText(block, number))].join('\n\n'),
    );
    notes.push(...chapter.notes.map((note) => ({ ...note, number: number(note.number) })));
  }
  if (notes.length > 0) {
    pieces.push(
      notes
        .map(({ number, blocks }) => {
          const text = blocks.map((block) => blockText(block, () => 0)).join('\n\n');
          return `[${number}] ${text}`;
        })
        .join('\n\n'),
    );
  }
  // Chapters stand a little apart.
  return `${pieces.filter((piece) => piece !== '').join('\n\n\n')}\n`;
}

type Numbered = (inChapter: number) => number;

function blockText(block: Block, number: Numbered): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return inlineText(block.children, number);
    case 'quote':
      return indented(block.blocks.map((each) => blockText(each, number)).join('\n\n'), '    ');
    case 'list':
      return block.items
        .map((item, i) => {
          const mark = block.start === null ? '•' : `${block.start + i}.`;
          const text = item.map((each) => blockText(each, number)).join('\n');
          return `${mark} ${indented(text, ' '.repeat(mark.length + 1)).trimStart()}`;
        })
        .join('\n');
    case 'scene-break':
      return '* * *';
    case 'code':
      return block.text;
    case 'table':
      return block.rows
        .map((row) => row.map((cell) => inlineText(cell, number)).join('\t'))
        .join('\n');
  }
}

const indented = (text: string, by: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : by + line))
    .join('\n');

const inlineText = (inlines: readonly Inline[], number: Numbered): string =>
  plainText(inlines, {
    lineBreak: '\n',
    note: (inChapter) => `[${number(inChapter)}]`,
    link(words, { children, address: target }) {
      const address = target.replace(/^mailto:/, '');
      const isSame = plainText(children).trim() === address || `${words}/` === address;
      return isSame ? words : `${words} (${address})`;
    },
  });
