/** Manuscripts that were made to do harm, and those that something happened to. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { rawZip, type RawPart } from './raw-zip.ts';

export interface HostileFile {
  readonly about: string;
  readonly name: string;
  /** Codes that it may be refused with; empty where it may be read, without what does harm. */
  readonly codes: readonly string[];
  readonly write: (path: string) => Promise<void>;
}

const fixtures = join(import.meta.dirname, '../fixtures/formats');
const many = 100_000;

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const types = { name: '[Content_Types].xml', content: '<Types/>' };
const documentOf = (inside: string, doctype = ''): string =>
  `<?xml version="1.0"?>${doctype}<w:document ${W}><w:body>${inside}</w:body></w:document>`;
export const docx = (xml: string, ...more: readonly RawPart[]): Buffer =>
  rawZip([types, { name: 'word/document.xml', content: xml }, ...more]);
export const odt = (inside: string, doctype = ''): Buffer =>
  rawZip([
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.text' },
    {
      name: 'content.xml',
      content:
        `<?xml version="1.0"?>${doctype}<office:document-content ` +
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ' +
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">' +
        `<office:body><office:text>${inside}</office:text></office:body></office:document-content>`,
    },
  ]);
export const epub = (page: string, doctype = ''): Buffer =>
  rawZip([
    { name: 'mimetype', content: 'application/epub+zip' },
    {
      name: 'META-INF/container.xml',
      content:
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>' +
        '<rootfile full-path="a.opf"/></rootfiles></container>',
    },
    {
      name: 'a.opf',
      content:
        `${doctype}<package xmlns="http://www.idpf.org/2007/opf"><manifest>` +
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>' +
        '<spine><itemref idref="a"/></spine></package>',
    },
    { name: 'a.xhtml', content: page },
  ]);

const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
const laughs =
  '<!DOCTYPE x [<!ENTITY a "haha">' +
  Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`,
  ).join('') +
  ']>';
const outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';

/** Ten thousand megabytes of zeros, packed: one block of them, many times over. */
function zeros(): Buffer {
  const block = deflateRawSync(Buffer.alloc(1 << 20), { finishFlush: constants.Z_FULL_FLUSH });
  const end = deflateRawSync(Buffer.alloc(0));
  return Buffer.concat([...Array.from({ length: 10_000 }, () => block), end]);
}

/** A hundred megabytes that do not pack, as parts of ten. */
function pictures(): RawPart[] {
  const content = randomBytes(10 << 20);
  const packed = deflateRawSync(content, { level: 0 });
  return Array.from({ length: 10 }, (_, i) => ({
    ...{ name: `word/media/image${i}.jpeg`, packed, claims: content.length },
  }));
}

/** A hundred megabytes, packed, of a document's text; two hundred in all. */
function longText(): Buffer {
  const block = paragraph(randomBytes(1 << 19).toString('hex'));
  const packed = deflateRawSync(Buffer.from(block), { finishFlush: constants.Z_FULL_FLUSH });
  const [start, end] = documentOf('|').split('|');
  return Buffer.concat([
    deflateRawSync(Buffer.from(start!), { finishFlush: constants.Z_FULL_FLUSH }),
    ...Array.from({ length: Math.ceil((100 << 20) / packed.length) }, () => packed),
    deflateRawSync(Buffer.from(end!)),
  ]);
}

const bomb = (claims: number): Buffer =>
  rawZip([types, { name: 'word/document.xml', packed: zeros(), claims }]);

const file = (
  about: string,
  name: string,
  codes: readonly string[],
  make: () => string | Buffer | Promise<Buffer>,
): HostileFile => ({
  about,
  name,
  codes,
  write: async (path) => writeFile(path, await make()),
});

const nested = (start: string, inside: string, end: string): string =>
  start.repeat(many) + inside + end.repeat(many);

/** A file that says what it is and is zeros from there on, which take no room on most disks. */
async function sparse(path: string, head: string, size: number, end = ''): Promise<void> {
  const handle = await open(path, 'w');
  await handle.write(head);
  await handle.truncate(size);
  await handle.write(end, size - end.length);
  await handle.close();
}

const large = (name: string, head: string): HostileFile => ({
  about: `500 MB of ${name}`,
  name,
  codes: ['text.too-large', 'text.unsupported'],
  write: (path) => sparse(path, head, 500_000_000),
});

/** As long as a text may be. */
const longest = (piece: Buffer, end = Buffer.alloc(0)): Buffer => {
  const bytes = Buffer.alloc((64 << 20) - ((64 << 20) % piece.length), piece);
  end.copy(bytes, bytes.length - end.length);
  return bytes;
};

const scrivx = (ids: readonly string[]): string =>
  '<?xml version="1.0"?><ScrivenerProject><Binder>' +
  '<BinderItem UUID="D" Type="DraftFolder"><Title>Draft</Title><Children>' +
  ids.map((id) => `<BinderItem UUID="${id}" Type="Text"><Title>One</Title></BinderItem>`).join('') +
  '</Children></BinderItem></Binder></ScrivenerProject>';

/** What a file of a project begins and ends with, and its size where it is longer. */
type ProjectFile = string | { readonly head: string; readonly size: number; readonly end?: string };

/** An RTF of a hundred megabytes of a picture. */
const picture: ProjectFile = { head: '{\\rtf1 {\\pict\\bin99999900 ', size: 99_999_928, end: '}}' };

/** A Scrivener project: its files by their path in it. */
const project = (
  about: string,
  name: string,
  codes: readonly string[],
  files: () => Readonly<Record<string, ProjectFile>>,
): HostileFile => ({
  about,
  name,
  codes,
  async write(path) {
    for (const [inside, content] of Object.entries(files())) {
      const place = join(path, inside);
      await mkdir(dirname(place), { recursive: true });
      if (typeof content === 'string') await writeFile(place, content);
      else await sparse(place, content.head, content.size, content.end);
    }
  },
});

const textOf = (id: string): string => `Files/Data/${id}/content.rtf`;

const half = (name: string): HostileFile =>
  file(`half of ${name}`, name, ['text.damaged', 'text.unsupported'], async () => {
    const bytes = await readFile(join(fixtures, name));
    return bytes.subarray(0, bytes.length >> 1);
  });

const hostile = ['text.hostile'];
const damaged = ['text.damaged'];
/** One that is parsed to the end of its time, or of its memory, or of a stack. */
const page = (body: string): string => `<!DOCTYPE html><html><body>${body}</body></html>`;

export const hostileFiles: readonly HostileFile[] = [
  file('10 GB of zeros, as it says', 'bomb.docx', hostile, () => bomb(0xfffffffe)),
  file('10 GB of zeros that claims 1 GB', 'gigabyte.docx', hostile, () => bomb(1_000_000_000)),
  file('10 GB of zeros that claims 1 MB', 'liar.docx', damaged, () => bomb(1_000_000)),
  file('a bomb in a bomb', 'nested.docx', damaged, () =>
    rawZip([types, { name: 'word/document.xml', content: bomb(0xfffffffe) }]),
  ),
  file('names that lead out', 'up.docx', hostile, () =>
    docx(documentOf(paragraph('text')), { name: '../../../evil.sh', content: 'x' }),
  ),
  file('a name from the root', 'root.odt', hostile, () =>
    rawZip([{ name: '/etc/passwd', content: 'x' }]),
  ),
  file('two parts of one name', 'twin.docx', hostile, () =>
    docx(documentOf(paragraph('one')), {
      name: 'word/document.xml',
      content: documentOf(paragraph('two')),
    }),
  ),
  file('11,000 parts', 'parts.docx', hostile, () =>
    rawZip(Array.from({ length: 11_000 }, (_, i) => ({ name: `${i}`, content: '' }))),
  ),
  file('a directory that lists more than there is', 'more.docx', damaged, () =>
    rawZip([types, { name: 'word/document.xml', content: documentOf(paragraph('x')) }], 500),
  ),
  file('a password', 'locked.docx', ['text.locked'], () =>
    rawZip([
      types,
      { name: 'word/document.xml', content: documentOf(paragraph('text')), flags: 0x801 },
    ]),
  ),
  file('a billion laughs in .docx', 'laughs.docx', hostile, () =>
    docx(documentOf(paragraph('&j;'), laughs)),
  ),
  file('a billion laughs in .odt', 'laughs.odt', hostile, () =>
    odt('<text:p>&j;</text:p>', laughs),
  ),
  file('a billion laughs in .epub', 'laughs.epub', hostile, () => epub(page('<p>x</p>'), laughs)),
  file('a billion laughs in a chapter', 'chapter.epub', hostile, () =>
    epub(`${laughs}<html><body><p>&j;</p></body></html>`),
  ),
  file('an entity from outside in .docx', 'outside.docx', hostile, () =>
    docx(documentOf(paragraph('&e;'), outside)),
  ),
  file('an entity from outside in .odt', 'outside.odt', hostile, () =>
    odt('<text:p>&e;</text:p>', outside),
  ),
  file('100,000 elements deep in .docx', 'deep.docx', hostile, () =>
    docx(documentOf(nested('<w:sdt><w:sdtContent>', paragraph('x'), '</w:sdtContent></w:sdt>'))),
  ),
  file('100,000 elements deep in .odt', 'deep.odt', hostile, () =>
    odt(nested('<text:section>', '<text:p>x</text:p>', '</text:section>')),
  ),
  file('100,000 elements deep in .epub', 'deep.epub', hostile, () =>
    epub(page(nested('<div>', 'x', '</div>'))),
  ),
  ...['div', 'blockquote', 'b', 'font', 'span', 'table'].map((tag) =>
    file(`100,000 <${tag}> deep`, `deep-${tag}.html`, hostile, () =>
      page(nested(`<${tag}>`, 'x', `</${tag}>`)),
    ),
  ),
  file('100,000 lists deep', 'deep-list.html', hostile, () =>
    page(nested('<ul><li>', 'x', '</li></ul>')),
  ),
  file('100,000 groups deep', 'deep.rtf', hostile, () => `{\\rtf1 ${nested('{', 'x', '}')}}`),
  file('an element of 200,000 attributes', 'attributes.html', [], () =>
    page(`<p ${Array.from({ length: 200_000 }, (_, i) => `a${i}=""`).join(' ')}>x</p>`),
  ),
  file('40 MB of a page', 'long.html', ['text.too-large'], () => page('<p>x</p>'.repeat(5e6))),
  file('20 MB of short paragraphs', 'short.html', hostile, () => page('<p>x'.repeat(5e6))),
  file('39 MB of short paragraphs', 'short.docx', hostile, () =>
    docx(documentOf('<w:p><w:r><w:t>x</w:t></w:r></w:p>'.repeat(1.1e6))),
  ),
  file('data that claims 10 GB', 'data.rtf', damaged, () => '{\\rtf1 {\\pict\\bin9999999999 x}}'),
  file('scripts in a page', 'scripts.html', [], () =>
    page(
      '<script>while (true) {}</script><p onclick="x()">Text <a href="javascript:x()">link</a></p><iframe src="file:///etc/passwd"></iframe>',
    ),
  ),
  file('100 MB of pictures in .docx', 'pictures.docx', [], () =>
    docx(documentOf(paragraph('x')), ...pictures()),
  ),
  file('100 MB of text in .docx', 'text.docx', hostile, () =>
    rawZip([types, { name: 'word/document.xml', packed: longText(), claims: 200 << 20 }]),
  ),
  file('100 MB of text in .docx that claims less', 'claims.docx', damaged, () =>
    rawZip([types, { name: 'word/document.xml', packed: longText(), claims: 30 << 20 }]),
  ),
  large('large.docx', 'PK\x03\x04'),
  large('large.epub', 'PK\x03\x04'),
  large('large.odt', 'PK\x03\x04'),
  large('large.rtf', '{\\rtf1 '),
  large('large.html', '<!DOCTYPE html>'),
  large('large.txt', 'It was late.\n'),
  large('large.md', '# Fog\n'),
  file('64 MB of text that takes two bytes a letter', 'longest.txt', [], () =>
    longest(Buffer.from('It was “late”, ah!\n')),
  ),
  file('64 MB of text in an encoding that must be guessed', 'guessed.txt', [], () =>
    longest(Buffer.from('It was late in the caf\xe9.\n', 'latin1')),
  ),
  file('64 MB of text that turn out to be in no encoding', 'spoiled.md', ['text.binary'], () =>
    longest(Buffer.from('It was late in the caf\xe9.\n', 'latin1'), Buffer.of(0x81, 0x8d, 0xff)),
  ),
  project('a Scrivener document of 500 MB', 'huge.scriv', ['text.too-large'], () => ({
    'huge.scrivx': scrivx(['A']),
    [textOf('A')]: { head: '{\\rtf1 ', size: 500_000_000 },
  })),
  project('a Scrivener binder of 500 MB', 'binder.scriv', ['text.too-large'], () => ({
    'binder.scrivx': { head: scrivx(['A']), size: 500_000_000 },
    [textOf('A')]: '{\\rtf1 text}',
  })),
  project('a Scrivener binder of 39 MB', 'wide.scriv', hostile, () => ({
    'wide.scrivx': scrivx(Array.from({ length: 600_000 }, (_, i) => `${i}`)),
  })),
  project('Scrivener documents of 300 MB in all', 'sum.scriv', hostile, () => ({
    'sum.scrivx': scrivx(['A', 'B', 'C']),
    ...Object.fromEntries(['A', 'B', 'C'].map((id) => [textOf(id), picture])),
  })),
  project('Scrivener documents with names that lead out', 'out.scriv', [], () => ({
    'out.scrivx': scrivx(['../../../large', '..\\..\\large', '/etc/passwd', 'A']),
    [textOf('A')]: '{\\rtf1 text}',
  })),
  project('an entity from outside in Scrivener', 'entity.scriv', hostile, () => ({
    'entity.scrivx': outside + scrivx(['A']),
    [textOf('A')]: '{\\rtf1 text}',
  })),
  project('half of a Scrivener binder', 'half.scriv', damaged, () => ({
    'half.scrivx': scrivx(['A', 'B', 'C']).slice(0, 250),
    [textOf('A')]: '{\\rtf1 text}',
  })),
  project('half of a Scrivener document', 'torn.scriv', damaged, () => ({
    'torn.scrivx': scrivx(['A']),
    [textOf('A')]: '{\\rtf1 {\\i It was ',
  })),
  project('a Scrivener project of 11,000 files', 'files.scriv', hostile, () => ({
    'files.scrivx': scrivx(['A']),
    ...Object.fromEntries(Array.from({ length: 11_000 }, (_, i) => [`Files/${i}`, ''])),
  })),
  ...['docx', 'odt', 'epub', 'rtf'].map((format) => half(`rich.${format}`)),
  file('an old Word document', 'old.docx', ['text.unsupported'], () =>
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5000)]),
  ),
  file('a .docx with a password', 'secret.docx', ['text.locked'], () =>
    Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(5000),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]),
  ),
  file('a PDF by another name', 'book.docx', ['text.unsupported'], () => '%PDF-1.7\nobj'),
  file('nothing', 'empty.odt', ['text.empty'], () => ''),
];
