import type { Element, Root, RootContent } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { toMdast } from 'hast-util-to-mdast';
import type { Root as MdastRoot, RootContent as Block } from 'mdast';
import type { Reading } from '../prose.ts';
import { readCss, type ClassLook } from './css.ts';
import { assertShallow, assertShallowTree, attribute, elementsIn, textOf } from './hast.ts';
import { Cleaner, NOTE, type Named } from './html-cleaner.ts';
import { Notes } from './notes.ts';
import { Tally } from './tally.ts';
import { tidy } from './tidy.ts';

const voids = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;

/** XHTML as HTML parsers read it: to them an empty `<title/>` has no end. */
export const openEmptyTags = (xhtml: string): string =>
  xhtml
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, text: string) => text.replaceAll('<', '&lt;'))
    .replace(
      /<([a-zA-Z][\w:.-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'))?)*)\s*\/>/g,
      (tag, name: string, attributes: string) =>
        voids.test(name) ? tag : `<${name}${attributes}></${name}>`,
    );

export interface Page extends Named {
  readonly blocks: Block[];
}

/**
 * One page of HTML. Scripts never run: it is text that is parsed, and they are left out.
 *
 * @param looks of classes in the style sheets of the book; those of the page are added
 * @param key of this page among those that share `notes`
 */
export function readPage(
  html: string,
  {
    notes,
    tally,
    looks,
    key,
  }: { notes: Notes; tally: Tally; looks: Map<string, ClassLook>; key: string },
): Page {
  assertShallow(html);
  const root = fromHtml(html);
  assertShallowTree(root);
  const found = headOf(root);
  for (const element of elementsIn(root.children)) {
    if (element.tagName === 'style') readCss(textOf(element), looks);
  }
  const cleaner = new Cleaner(root, { notes, tally, looks, key });
  const body = blocksOf(cleaner.clean(root.children));
  for (const [name, children] of cleaner.noteBodies) notes.define(name, blocksOf(children));
  return { ...found, ...cleaner.page(found), blocks: body };
}

export function readHtml(html: string): Reading {
  const tally = new Tally();
  const notes = new Notes();
  const { blocks, ...page } = readPage(html, { notes, tally, looks: new Map(), key: '' });
  const body: MdastRoot = { type: 'root', children: [...blocks, ...notes.definitions] };
  return { prose: { ...page, body }, dropped: tally.dropped };
}

function blocksOf(children: RootContent[]): Block[] {
  const mdast = toMdast(
    { type: 'root', children },
    {
      handlers: {
        [NOTE]: (_: unknown, node: Element) => {
          const identifier = attribute(node, 'id');
          return { type: 'footnoteReference', identifier, label: identifier };
        },
      },
    },
  );
  // What is inline alone, such as a page of one word, comes as it is.
  return tidy(mdast.type === 'root' ? mdast.children : [mdast]);
}

function headOf(root: Root): Named {
  let title: string | null = null;
  let author: string | null = null;
  let language: string | null = null;
  for (const element of elementsIn(root.children)) {
    if (element.tagName === 'html')
      language =
        attribute(element, 'lang') ||
        attribute(element, 'xmlLang') ||
        attribute(element, 'xml:lang') ||
        null;
    else if (element.tagName === 'title')
      title ??= textOf(element).replace(/\s+/g, ' ').trim() || null;
    else if (
      element.tagName === 'meta' &&
      /^(?:author|dc\.creator)$/i.test(attribute(element, 'name'))
    ) {
      author ??= attribute(element, 'content').trim() || null;
    } else if (element.tagName === 'body') break;
  }
  return { title, author, language };
}
