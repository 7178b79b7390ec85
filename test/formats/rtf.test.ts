import { describe, expect, it } from 'vitest';
import { readAsText } from '../../src/main/formats/index.ts';

const read = (rtf: string) =>
  readAsText({ kind: 'bytes', bytes: Buffer.from(rtf, 'latin1') }, 'rtf', 'markdown', 'draft.rtf');

describe('an .rtf', () => {
  it.each([
    ['its own code page', "{\\rtf1\\ansi\\ansicpg1252 \\'93Na\\'efve\\'94}", '“Naïve”'],
    ['Unicode with a stand-in', '{\\rtf1\\ansi\\uc1 \\u8220?Yes\\u8221?}', '“Yes”'],
    ['Unicode without one', '{\\rtf1\\ansi\\uc0 \\u8220 Yes\\u8221 }', '“Yes”'],
    ['a longer stand-in', "{\\rtf1\\ansi\\uc2 \\u8212\\'97\\'97 so}", '— so'],
    ['signs beyond 16 bits', '{\\rtf1\\ansi\\uc1 \\u-10179?\\u-8704?}', '😀'],
    [
      'a font of another script',
      "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Times;}{\\f1\\fcharset204 Times;}}\\f1 \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2}",
      'Привет',
    ],
    ['two bytes a letter', "{\\rtf1\\ansi\\ansicpg932 \\'93\\'8c\\'8b\\'9e}", '東京'],
    ['an old Mac', "{\\rtf1\\mac \\'d2Yes\\'d3}", '“Yes”'],
    ['DOS', "{\\rtf1\\pc \\'81ber}", 'über'],
    [
      'words for signs',
      '{\\rtf1 \\ldblquote Yes\\rdblquote\\emdash no\\~one}',
      '“Yes”—no\u00a0one',
    ],
  ])('is read in %s', async (_, rtf, text) => {
    expect((await read(rtf)).text).toBe(`${text}\n`);
  });

  it('keeps paragraphs, verse, emphasis and headings', async () => {
    const { text } = await read(
      '{\\rtf1{\\stylesheet{\\s1\\outlinelevel0 heading 1;}}' +
        '\\pard\\s1\\b Fog\\par\\pard\\plain It was {\\i late} and {\\b cold}.\\par\\pard Roses\\line violets\\par' +
        '\\pard\\qc #\\par\\pard After.\\par}',
    );
    expect(text).toBe(
      '# Fog\n\nIt was *late* and **cold**.\n\nRoses  \nviolets\n\n* * *\n\nAfter.\n',
    );
  });

  it('drops deleted text, comments, pictures, headers and fields that show nothing, and tells', async () => {
    const { text, dropped } = await read(
      '{\\rtf1{\\header Marsh}{\\*\\unknown x}Kept {\\deleted gone }text{\\*\\annotation a comment}' +
        '{\\pict\\pngblip 89504e47}{\\field{\\*\\fldinst PAGE}{\\fldrslt 3}}{\\footnote\\pard A note.}.\\par}',
    );
    expect(text).toBe('Kept text3[^1].\n\n[^1]: A note.\n');
    expect(dropped).toEqual([
      { what: 'page header', count: 1 },
      { what: 'deleted passage', count: 1 },
      { what: 'comment', count: 1 },
      { what: 'image', count: 1 },
    ]);
  });

  it('takes what stands further in for a quotation in no other program’s files', async () => {
    const { text } = await read(
      '{\\rtf1\\ansi{\\pard \\li720 \\fi0 Indented.\\par}{\\pard \\li360 \\fi-360 \\bullet \\tx360\\tab one\\par}}',
    );
    expect(text).toBe('Indented.\n\n• one\n');
  });
});
