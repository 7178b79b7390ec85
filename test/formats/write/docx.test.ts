import { describe, expect, test } from 'vitest';
import { entryText, written } from '../../helpers/books.ts';
import { everything, hostile } from './texts.ts';

const documentOf = async (bytes: Buffer): Promise<string> => entryText(bytes, 'word/document.xml');

/** The styles and words of the paragraphs of a document, in order. */
const paragraphs = (xml: string): [string, string][] =>
  [...xml.matchAll(/<w:p>.*?<\/w:p>|<w:p [^>]*>.*?<\/w:p>/gs)].map(([paragraph]) => [
    /<w:pStyle w:val="([^"]+)"/.exec(paragraph)?.[1] ?? '',
    [...paragraph.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>|<w:br\/>/g)]
      .map(([, text]) => text ?? '\n')
      .join(''),
  ]);

describe('a .docx', () => {
  test('has its parts in styles of Word', async () => {
    const bytes = await written(everything, 'docx', {
      title: 'Tides',
      author: 'Ada Quill',
      titlePage: true,
    });
    expect(paragraphs(await documentOf(bytes)).filter(([, text]) => text !== '')).toEqual([
      ['Title', 'Tides'],
      ['Author', 'Ada Quill'],
      ['Heading1', 'The Letter'],
      [
        'FirstParagraph',
        '“There was a letter,” said Marion, “and then there was not a letter.” It was gone.',
      ],
      ['SceneBreak', '* * *'],
      ['FirstParagraph', 'In the morning the tide had gone out.'],
      ['Quote', 'Sir, I regret it.'],
      ['Quote', 'I regret it very much.'],
      ['Verse', 'O the sea she is wide\n\u00a0\u00a0and the sea she is deep'],
      ['ListParagraph', 'a clock;'],
      ['ListParagraph', 'a boot:'],
      ['ListParagraph', 'left'],
      ['ListParagraph', 'brown'],
      ['TableHeading', 'tide'],
      ['TableHeading', 'hour'],
      ['TableText', 'high'],
      ['TableText', '6.12'],
      ['FirstParagraph', 'See the almanac, or not, and code.'],
      ['Heading2', 'A Smaller Heading'],
      ['FirstParagraph', 'The end.'],
      ['Heading1', '2 The Mud'],
      ['FirstParagraph', 'It was &lt;b&gt;grey&lt;/b&gt; &amp; wide.'],
    ]);
  });

  test('indents paragraphs that follow one another, by their style', async () => {
    const bytes = await written('One.\n\nTwo.\n\nThree.', 'docx', {
      chapterHeadings: false,
    });
    expect(paragraphs(await documentOf(bytes)).map(([style]) => style)).toEqual([
      'FirstParagraph',
      'BodyText',
      'BodyText',
    ]);
    const styles = await entryText(bytes, 'word/styles.xml');
    expect(styles).toMatch(/w:styleId="BodyText".*?<w:ind [^>]*w:firstLine="360"/s);
  });

  test('begins a page for every chapter but the first', async () => {
    const xml = await documentOf(await written('# A\n\na\n\n# B\n\nb\n\n# C\n\nc', 'docx'));
    expect(xml.match(/<w:pageBreakBefore\/>/g)).toHaveLength(2);
    const withTitle = await documentOf(await written('# A\n\na', 'docx', { titlePage: true }));
    expect(withTitle.match(/<w:pageBreakBefore\/>/g)).toHaveLength(1);
  });

  test('has real footnotes, numbered through the book', async () => {
    const bytes = await written(everything, 'docx');
    const xml = await documentOf(bytes);
    expect([...xml.matchAll(/<w:footnoteReference w:id="(\d+)"/g)].map(([, id]) => id)).toEqual([
      '1',
      '2',
    ]);
    const notes = await entryText(bytes, 'word/footnotes.xml');
    expect(notes).toMatch(/<w:footnote w:id="1">.*It was a .*<w:i\/>.*good.*clock/s);
    expect(notes).toMatch(/<w:footnote w:id="2">.*Of another document/s);
  });

  test('marks emphasis, and makes it upright within emphasis', async () => {
    const xml = await documentOf(
      await written('*a **b*** ~~c~~ `d`', 'docx', { chapterHeadings: false }),
    );
    const runs = [...xml.matchAll(/<w:r>(?:<w:rPr>(.*?)<\/w:rPr>)?<w:t[^>]*>([^<]*)</g)];
    expect(
      runs.map(([, look = '', text]) => [text, /<w:i\/>/.test(look), /<w:b\/>/.test(look)]),
    ).toEqual([
      ['a ', true, false],
      ['b', true, true],
      [' ', false, false],
      ['c', false, false],
      [' ', false, false],
      ['d', false, false],
    ]);
    expect(xml).toContain('<w:strike/>');
  });

  test('knows its paper, language, title and author', async () => {
    const bytes = await written('Text.', 'docx', {
      title: 'Tides',
      author: 'Ada',
      language: 'de-AT',
    });
    expect(await documentOf(bytes)).toMatch(/<w:pgSz w:w="11906" w:h="16838"/);
    expect(await entryText(bytes, 'word/styles.xml')).toContain('<w:lang w:val="de-AT"/>');
    const core = await entryText(bytes, 'docProps/core.xml');
    expect(core).toContain('<dc:title>Tides</dc:title>');
    expect(core).toContain('<dc:creator>Ada</dc:creator>');
  });

  test('counts each list for itself, from its own first number', async () => {
    const bytes = await written('1. a\n\nText.\n\n1. b\n\nText.\n\n7. c', 'docx');
    const ids = [...(await documentOf(bytes)).matchAll(/<w:numId w:val="(\d+)"/g)].map(
      ([, id]) => id,
    );
    expect(new Set(ids).size).toBe(3);
    expect(await entryText(bytes, 'word/numbering.xml')).toContain('<w:start w:val="7"/>');
  });

  test('holds nothing that runs or is fetched, whatever stands in the text', async () => {
    const bytes = await written({ hostile }, 'docx', {
      title: hostile,
      author: hostile,
      titlePage: true,
    });
    const links = await entryText(bytes, 'word/_rels/document.xml.rels');
    const outside = [...links.matchAll(/Target="([^"]+)"[^>]*TargetMode="External"/g)].map(
      ([, to]) => to,
    );
    expect(outside.every((to) => /^https?:/.test(to!))).toBe(true);
    expect(await documentOf(bytes)).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe]/);
  });
});
