import { describe, expect, it } from 'vitest';
import { readAsText } from '../../src/main/formats/index.ts';
import { rawZip, type RawPart } from '../helpers/raw-zip.ts';

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const relations = (parts: Readonly<Record<string, string>>): string =>
  '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
  Object.entries(parts)
    .map(
      ([type, target], i) =>
        `<Relationship Id="r${i}" Type="${office}/${type}" Target="${target}"/>`,
    )
    .join('') +
  '</Relationships>';

const styles = `<w:styles ${W}>
  <w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="de-AT"/></w:rPr></w:rPrDefault></w:docDefaults>
  <w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>
  <w:style w:type="paragraph" w:styleId="U1"><w:name w:val="heading 1"/><w:basedOn w:val="N"/><w:rPr><w:b/></w:rPr></w:style>
  <w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>
  <w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
  <w:style w:type="paragraph" w:styleId="L"><w:name w:val="Letter"/><w:rPr><w:i/></w:rPr></w:style>
  <w:style w:type="character" w:styleId="E"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr></w:style>
</w:styles>`;

const run = (text: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const p = (inside: string, properties = ''): string =>
  `<w:p><w:pPr>${properties}</w:pPr>${inside}</w:p>`;

async function read(body: string, more: Readonly<Record<string, string>> = {}) {
  const parts: RawPart[] = [
    { name: '[Content_Types].xml', content: '<Types/>' },
    { name: '_rels/.rels', content: relations({ officeDocument: 'word/document.xml' }) },
    {
      name: 'word/document.xml',
      content: `<w:document ${W} ${R}><w:body>${body}</w:body></w:document>`,
    },
    { name: 'word/styles.xml', content: styles },
    {
      name: 'word/_rels/document.xml.rels',
      content: relations({
        styles: 'styles.xml',
        ...Object.fromEntries(Object.keys(more).map((type) => [type, `${type}.xml`])),
      }),
    },
    ...Object.entries(more).map(([type, content]) => ({ name: `word/${type}.xml`, content })),
  ];
  const bytes = rawZip(parts);
  return readAsText({ kind: 'bytes', bytes }, 'docx', 'markdown', 'draft.docx');
}

const body = ({ text }: { text: string }): string => text.replace(/^---\n[\s\S]*?\n---\n\n/, '');

describe('a .docx', () => {
  it('with tracked changes is read as if they were accepted, and tells what was deleted', async () => {
    const result = await read(
      p(
        run('It was ') +
          `<w:del>${run('warm').replaceAll('w:t', 'w:delText')}</w:del><w:ins>${run('cold')}</w:ins>` +
          run(' outside.'),
      ) +
        p(run('One paragraph '), '<w:rPr><w:del/></w:rPr>') +
        p(run('made of two.')) +
        `<w:moveFrom>${p(run('Moved.'))}</w:moveFrom>`,
    );
    expect(body(result)).toBe('It was cold outside.\n\nOne paragraph made of two.\n');
    expect(result.dropped).toEqual([{ what: 'deleted passage', count: 2 }]);
  });

  it('loses its comments, its hidden text, its headers and its contents, and tells of them', async () => {
    const field = (kind: string): string => `<w:r><w:fldChar w:fldCharType="${kind}"/></w:r>`;
    const result = await read(
      p(
        field('begin') +
          '<w:r><w:instrText>TOC \\o "1-3"</w:instrText></w:r>' +
          field('separate') +
          run('Fog 1'),
        '<w:pStyle w:val="TOC1"/>',
      ) +
        p(run('Harbour 9') + field('end'), '<w:pStyle w:val="TOC1"/>') +
        p(
          run('Text.') + '<w:r><w:commentReference w:id="1"/></w:r>' + run('secret', '<w:vanish/>'),
        ),
      { header: `<w:hdr ${W}>${p(run('Marsh / Harbour'))}</w:hdr>` },
    );
    expect(body(result)).toBe('Text.\n');
    expect(result.dropped).toEqual([
      { what: 'table of contents', count: 1 },
      { what: 'comment', count: 1 },
      { what: 'hidden passage', count: 1 },
      { what: 'page header', count: 1 },
    ]);
  });

  it('keeps footnotes and endnotes, numbered as the text comes to them', async () => {
    const note = (kind: string, id: number, text: string): string =>
      `<w:${kind} w:id="${id}">${p(run(text))}</w:${kind}>`;
    const result = await read(
      p(
        `${run('One')}<w:r><w:endnoteReference w:id="7"/></w:r>${run(' two')}<w:r><w:footnoteReference w:id="2"/></w:r>`,
      ),
      {
        footnotes: `<w:footnotes ${W}><w:footnote w:type="separator" w:id="0">${p(run('—'))}</w:footnote>${note('footnote', 2, 'Below.')}</w:footnotes>`,
        endnotes: `<w:endnotes ${W}>${note('endnote', 7, 'At the end.')}</w:endnotes>`,
      },
    );
    expect(body(result)).toBe('One[^1] two[^2]\n\n[^1]: At the end.\n\n[^2]: Below.\n');
  });

  it.each(['* * *', '***', '#', '⁂', '— — —', '❦'])('reads %s as a scene break', async (signs) => {
    const centre = '<w:jc w:val="center"/>';
    const result = await read(p(run('Before.')) + p(run(signs), centre) + p(run('After.')));
    expect(body(result)).toBe('Before.\n\n* * *\n\nAfter.\n');
  });

  it('takes a title from its page, headings by their style in any language, and emphasis as it looks', async () => {
    const result = await read(
      p(run('Der Hafen'), '<w:pStyle w:val="T"/>') +
        p(run('Nebel'), '<w:pStyle w:val="U1"/>') +
        p(
          run('Es war ') + run('spät', '<w:i/>') + run(' und', '<w:rStyle w:val="E"/>') + run('.'),
        ) +
        p(run('Lieber ') + run('Jan', '<w:i w:val="0"/>'), '<w:pStyle w:val="L"/>'),
    );
    expect(result.text).toBe(
      '---\ntitle: "Der Hafen"\nlang: "de-AT"\n---\n\n# Nebel\n\nEs war *spät und*.\n\n*Lieber* Jan\n',
    );
  });
});
