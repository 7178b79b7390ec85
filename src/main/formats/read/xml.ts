import { SaxesParser } from 'saxes';
import { limits } from '../limits.ts';
import { damaged, hostile } from '../refusal.ts';

/** Names are given with the prefixes below, whatever prefixes the file uses. */
const prefixes: Readonly<Record<string, string>> = {
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w',
  'http://purl.oclc.org/ooxml/wordprocessingml/main': 'w',
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r',
  'http://purl.oclc.org/ooxml/officeDocument/relationships': 'r',
  'http://schemas.openxmlformats.org/package/2006/relationships': 'rel',
  'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc',
  'http://schemas.openxmlformats.org/drawingml/2006/picture': 'pic',
  'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm',
  'urn:schemas-microsoft-com:vml': 'v',
  'urn:schemas-microsoft-com:office:office': 'o',
  'urn:oasis:names:tc:opendocument:xmlns:office:1.0': 'office',
  'urn:oasis:names:tc:opendocument:xmlns:text:1.0': 'text',
  'urn:oasis:names:tc:opendocument:xmlns:style:1.0': 'style',
  'urn:oasis:names:tc:opendocument:xmlns:table:1.0': 'table',
  'urn:oasis:names:tc:opendocument:xmlns:drawing:1.0': 'draw',
  'urn:oasis:names:tc:opendocument:xmlns:meta:1.0': 'meta',
  'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0': 'manifest',
  'urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0': 'fo',
  'http://www.w3.org/1999/xlink': 'xlink',
  'http://www.w3.org/XML/1998/namespace': 'xml',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'urn:oasis:names:tc:opendocument:xmlns:container': 'container',
  'http://www.idpf.org/2007/opf': 'opf',
  'http://www.daisy.org/z3986/2005/ncx/': 'ncx',
};

export type Attributes = Readonly<Record<string, string>>;

export interface XmlReader {
  /** An attribute without a prefix has none here either. */
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
  text?(text: string): void;
}

/** Bytes of an XML file in the encoding that they say they are in. Throws Refusal. */
export function decodeXml(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /^[^<]{0,3}<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
  const encoding = head.startsWith('\xfe\xff')
    ? 'utf-16be'
    : head.startsWith('\xff\xfe')
      ? 'utf-16le'
      : head.startsWith('\xef\xbb\xbf')
        ? 'utf-8'
        : (declared ?? 'utf-8');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw damaged(error);
  }
}

/**
 * Reads XML from end to end. Nothing outside the file is ever asked for, and no entity is expanded but
 * the five of XML: a file that declares its own is refused.
 *
 * @throws Refusal
 */
export function readXml(xml: string, reader: XmlReader): void {
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  const named = (uri: string, local: string): string => {
    if (uri === '') return local;
    return `${prefixes[uri] ?? '?'}:${local}`;
  };
  const open: string[] = [];
  parser.on('error', (error) => {
    throw damaged(error);
  });
  parser.on('doctype', (doctype) => {
    if (/<!ENTITY/i.test(doctype)) throw hostile('declares entities of its own');
  });
  let elements = 0;
  parser.on('opentag', (tag) => {
    if (++elements > limits.elements) {
      throw hostile(`holds more than ${limits.elements.toLocaleString('en')} elements`);
    }
    if (++depth > limits.depth)
      throw hostile(`holds more than ${limits.depth} elements within each other`);
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const { uri, local, value } of Object.values(tag.attributes)) {
      attributes[named(uri, local)] = value;
    }
    const name = named(tag.uri, tag.local);
    open.push(name);
    reader.open(name, attributes);
  });
  parser.on('closetag', () => {
    depth--;
    reader.close(open.pop()!);
  });
  if (reader.text) {
    const text = reader.text.bind(reader);
    parser.on('text', text);
    parser.on('cdata', text);
  }
  parser.write(xml).close();
}
