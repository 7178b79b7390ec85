import { spawnSync } from 'node:child_process';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { entryText, unzip, written } from '../../helpers/books.ts';
import { everything, hostile } from './texts.ts';

const options = { title: 'Tides & Mud', author: 'Ada <Quill>', titlePage: true };

/** Throws where a text is no well-formed XML. */
function parse(xml: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
}

describe('an EPUB', () => {
  test('begins with its kind, stored as it is and without extra fields', async () => {
    const bytes = await written(everything, 'epub', options);
    const [first, ...rest] = await unzip(bytes);
    expect(first).toMatchObject({ name: 'mimetype', stored: true, extra: 0 });
    expect(bytes.subarray(30, 58).toString()).toBe('mimetypeapplication/epub+zip');
    expect(rest.map(({ name }) => name)).toEqual([
      'META-INF/container.xml',
      'OEBPS/book.opf',
      'OEBPS/nav.xhtml',
      'OEBPS/toc.ncx',
      'OEBPS/style.css',
      'OEBPS/text/title.xhtml',
      'OEBPS/text/chapter-001.xhtml',
      'OEBPS/text/chapter-002.xhtml',
    ]);
  });

  test('says what it is in its package document', async () => {
    const opf = await entryText(await written(everything, 'epub', options), 'OEBPS/book.opf');
    expect(opf).toContain('<dc:title>Tides &amp; Mud</dc:title>');
    expect(opf).toContain('<dc:creator id="author">Ada &lt;Quill&gt;</dc:creator>');
    expect(opf).toContain('<dc:language>en-GB</dc:language>');
    expect(opf).toContain('<meta property="dcterms:modified">2026-11-25T09:30:00Z</meta>');
    expect(opf).toMatch(
      /<dc:identifier id="book-id">urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}</,
    );
    expect(opf).toContain('properties="nav"');
    expect([...opf.matchAll(/<itemref idref="([^"]+)"/g)].map(([, id]) => id)).toEqual([
      'title',
      'chapter-001',
      'chapter-002',
    ]);
  });

  test('is the same to the last byte for the same date, in every time zone', async () => {
    const bytes = await written(everything, 'epub', options);
    expect((await written(everything, 'epub', options)).equals(bytes)).toBe(true);
    const program = `
      import { written } from '${import.meta.dirname}/../../helpers/books.ts';
      import { everything } from '${import.meta.dirname}/texts.ts';
      process.stdout.write((await written(everything, 'epub', ${JSON.stringify(options)})).toString('base64'));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'Pacific/Auckland' },
    });
    expect(stderr).toBe('');
    expect(Buffer.from(stdout, 'base64').equals(bytes)).toBe(true);
  });

  test('has contents for new readers and old', async () => {
    const bytes = await written(everything, 'epub', options);
    const nav = await entryText(bytes, 'OEBPS/nav.xhtml');
    expect(nav).toContain('<li><a href="text/chapter-001.xhtml">The Letter</a></li>');
    expect(nav).toContain('<li><a href="text/chapter-002.xhtml">2 The Mud</a></li>');
    const ncx = await entryText(bytes, 'OEBPS/toc.ncx');
    expect(ncx).toContain('<navLabel><text>The Letter</text></navLabel>');
  });

  test('marks its footnotes, and leads back from them', async () => {
    const chapter = await entryText(
      await written(everything, 'epub'),
      'OEBPS/text/chapter-001.xhtml',
    );
    expect(chapter).toContain(
      '<a epub:type="noteref" role="doc-noteref" class="note-mark" id="mark-1" href="#note-1">1</a>',
    );
    expect(chapter).toContain('<aside epub:type="footnote" role="doc-footnote" id="note-1">');
    expect(chapter).toContain('href="#mark-1">1</a> It was a <em>good</em> clock.');
  });

  test('is well-formed, whatever stands in the text', async () => {
    const texts = { hostile, everything: everything['1 The Letter'], 'a\u0007<b>': 'x' };
    const bytes = await written(texts, 'epub', {
      title: hostile,
      author: hostile,
      titlePage: true,
    });
    for (const { name, content } of await unzip(bytes)) {
      if (!/\.(xhtml|opf|ncx|xml)$/.test(name)) continue;
      const xml = content.toString();
      expect(() => parse(xml), name).not.toThrow();
      expect(xml).not.toMatch(/<(script|img|iframe|style|object)\b/i);
      expect(xml).not.toMatch(
        /(href|src)="(?!https?:\/\/|#|\.\.\/style\.css|style\.css|text\/|nav\.xhtml|toc\.ncx)/,
      );
    }
  });
});
