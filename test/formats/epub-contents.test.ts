import type { Paragraph } from 'mdast';
import { describe, expect, it } from 'vitest';
import { readNavigation, readNcx, withHeading } from '../../src/main/formats/read/epub-contents.ts';

const paragraph = (value: string, isBold = false): Paragraph => ({
  type: 'paragraph',
  children: isBold
    ? [{ type: 'strong', children: [{ type: 'text', value }] }]
    : [{ type: 'text', value }],
});

describe('the table of contents of an .epub', () => {
  it('names pages with their depth, and not the places within pages', () => {
    const navigation = readNavigation(
      '<html xmlns:epub="http://www.idpf.org/2007/ops"><nav epub:type="landmarks"><ol><li><a href="z.xhtml">Start</a></li></ol></nav>' +
        '<nav epub:type="toc"><h1>Contents</h1><ol><li><a href="a.xhtml">Part  one</a><ol>' +
        '<li><a href="b.xhtml">Fog</a></li><li><a href="b.xhtml#2">Later</a></li></ol></li></ol></nav></html>',
    );
    expect([...navigation]).toEqual([
      ['a.xhtml', { label: 'Part one', depth: 1 }],
      ['b.xhtml', { label: 'Fog', depth: 2 }],
    ]);
  });

  it('says the same in the form of EPUB 2', () => {
    const point = (label: string, src: string, inside = '') =>
      `<navPoint><navLabel><text>${label}</text></navLabel><content src="${src}"/>${inside}</navPoint>`;
    const ncx = readNcx(
      `<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><docTitle><text>Book</text></docTitle><navMap>${point('Part one', 'a.xhtml', point('Fog', 'b.xhtml') + point('Later', 'b.xhtml#2'))}</navMap></ncx>`,
    );
    expect([...ncx]).toEqual([
      ['a.xhtml', { label: 'Part one', depth: 1 }],
      ['b.xhtml', { label: 'Fog', depth: 2 }],
    ]);
  });

  it('makes a heading of the first paragraph that says the same, and of no other', () => {
    const entry = { label: 'Fog', depth: 2 };
    const text = [{ type: 'text', value: 'Fog' }];
    expect(withHeading([paragraph('Fog', true), paragraph('It was late.')], entry)).toEqual([
      { type: 'heading', depth: 2, children: text },
      paragraph('It was late.'),
    ]);
    for (const blocks of [
      [],
      [paragraph('Fog came.'), paragraph('Fog')],
      [{ type: 'heading' as const, depth: 1 as const, children: [] }],
    ]) {
      expect(withHeading(blocks, entry)).toEqual(blocks);
    }
  });
});
