import type { RootContent } from 'mdast';
import { limits } from '../limits.ts';
import type { Reading } from '../prose.ts';
import { damaged, hostile, locked } from '../refusal.ts';
import { readCss, type ClassLook } from './css.ts';
import {
  readNavigation,
  readNcx,
  withHeading,
  type Contents,
  type Entry,
} from './epub-contents.ts';
import { openEmptyTags, readPage } from './html.ts';
import { Notes } from './notes.ts';
import { Tally } from './tally.ts';
import { decodeXml, readXml } from './xml.ts';
import type { Zip } from './zip.ts';

interface Item {
  readonly href: string;
  readonly type: string;
  readonly isContents: boolean;
}

interface Package {
  readonly items: ReadonlyMap<string, Item>;
  /** Ids of chapters, in reading order. */
  readonly spine: readonly string[];
  /** What the book itself says is its cover, contents or title page. */
  readonly aside: ReadonlyMap<string, string>;
  readonly title: string | null;
  readonly author: string | null;
  readonly language: string | null;
}

const NCX = 'application/x-dtbncx+xml';
const pages =
  /^(?:application\/xhtml\+xml|text\/html|application\/x-dtbook\+xml|text\/x-oeb1-document)$/i;

const asides: Readonly<Record<string, string>> = {
  cover: 'cover',
  toc: 'table of contents',
  'title-page': 'title page',
  'copyright-page': 'copyright page',
};

/** EPUB 2 and 3: the chapters in their reading order, without cover, contents and title page. */
export async function readEpub(zip: Zip): Promise<Reading> {
  await assertOpen(zip);
  const opf = await packagePath(zip);
  const bytes = await zip.read(opf);
  if (!bytes) throw damaged();
  const book = readPackage(decodeXml(bytes), opf);
  if (book.spine.length > limits.parts) {
    throw hostile(`holds more than ${limits.parts.toLocaleString('en')} chapters`);
  }
  const tally = new Tally();
  const notes = new Notes();
  const looks = new Map<string, ClassLook>();
  for (const { href, type } of book.items.values()) {
    if (type !== 'text/css') continue;
    const css = await zip.read(href);
    if (css) readCss(css.toString('utf8'), looks);
  }
  const contents = await readContents(zip, book);
  const body: RootContent[] = [];
  for (const id of book.spine) {
    const item = book.items.get(id);
    if (!item || !pages.test(item.type)) continue;
    const aside = item.isContents ? 'table of contents' : book.aside.get(item.href);
    if (aside !== undefined) {
      tally.drop(aside);
      continue;
    }
    const page = await zip.read(item.href);
    if (!page) throw damaged();
    const html = decodeXml(page);
    if (/<!DOCTYPE[^>[]*\[[\s\S]{0,5000}?<!ENTITY/i.test(html.slice(0, 10_000))) {
      throw hostile('declares entities of its own');
    }
    // One by one: a long book would be more arguments than a call takes.
    const { blocks } = readPage(openEmptyTags(html), { notes, tally, looks, key: id });
    const entry = contents.get(item.href);
    for (const block of entry ? withHeading(blocks, entry) : blocks) body.push(block);
  }
  const { title, author, language } = book;
  return {
    prose: {
      title,
      author,
      language,
      body: { type: 'root', children: [...body, ...notes.definitions] },
    },
    dropped: tally.dropped,
  };
}

/** What the book calls its pages, by the parts they are in. */
async function readContents(zip: Zip, { items }: Package): Promise<Contents> {
  const contents = new Map<string, Entry>();
  for (const { href, type, isContents } of items.values()) {
    if (!isContents && type !== NCX) continue;
    const bytes = await zip.read(href);
    if (!bytes) continue;
    const text = decodeXml(bytes);
    const folder = href.slice(0, href.lastIndexOf('/') + 1);
    for (const [address, entry] of isContents ? readNavigation(text) : readNcx(text)) {
      contents.set(within(folder, address), entry);
    }
  }
  return contents;
}

/** Chapters that are locked are named; fonts may be. */
async function assertOpen(zip: Zip): Promise<void> {
  const encryption = await zip.read('META-INF/encryption.xml');
  if (!encryption) return;
  readXml(decodeXml(encryption), {
    open(_name, { URI = '' }) {
      if (/\.(?:x?html?|opf)$/i.test(URI)) throw locked();
    },
    close: () => undefined,
  });
}

async function packagePath(zip: Zip): Promise<string> {
  const container = await zip.read('META-INF/container.xml');
  if (!container) throw damaged();
  let path: string | null = null;
  readXml(decodeXml(container), {
    open(name, attributes) {
      if (name === 'container:rootfile') path ??= attributes['full-path'] ?? null;
    },
    close: () => undefined,
  });
  if (path === null) throw damaged();
  return path;
}

function readPackage(xml: string, path: string): Package {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const items = new Map<string, Item>();
  const spine: string[] = [];
  const aside = new Map<string, string>();
  const page = new Map<string, string>();
  let field = '';
  readXml(xml, {
    open(name, attributes) {
      field = name;
      if (name === 'opf:item') {
        items.set(attributes['id'] ?? '', {
          href: within(folder, attributes['href'] ?? ''),
          type: attributes['media-type'] ?? '',
          isContents: (attributes['properties'] ?? '').split(/\s+/).includes('nav'),
        });
      } else if (name === 'opf:itemref') {
        const id = attributes['idref'] ?? '';
        if (!spine.includes(id)) spine.push(id);
      } else if (name === 'opf:reference') {
        const what = asides[attributes['type'] ?? ''];
        if (what !== undefined) aside.set(within(folder, attributes['href'] ?? ''), what);
      } else if (name.startsWith('dc:') && page.has(name)) field = '';
    },
    close: () => (field = ''),
    text(text) {
      if (field.startsWith('dc:') && text.trim() !== '')
        page.set(field, text.replace(/\s+/g, ' ').trim());
    },
  });
  return {
    items,
    spine,
    aside,
    title: page.get('dc:title') ?? null,
    author: page.get('dc:creator') ?? null,
    language: page.get('dc:language') ?? null,
  };
}

/** A part's name from an address in the package. */
function within(folder: string, href: string): string {
  try {
    const { pathname } = new URL(href.replace(/#.*$/, ''), `zip:///${folder}`);
    return decodeURIComponent(pathname).replace(/^\/+/, '');
  } catch {
    return '';
  }
}
