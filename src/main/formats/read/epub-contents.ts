/** What a book's own table of contents calls its pages. LibreOffice says in no other way what a heading is. */
import { fromHtml } from 'hast-util-from-html';
import type { RootContent } from 'hast';
import type { PhrasingContent, RootContent as Block } from 'mdast';
import { headingDepth } from './flow.ts';
import { assertShallow, attribute, isElement, textOf } from './hast.ts';
import { openEmptyTags } from './html.ts';
import { readXml } from './xml.ts';

/** A page that begins with a heading of its own. */
export interface Entry {
  readonly label: string;
  /** 1 for a chapter, 2 for what is within one. */
  readonly depth: number;
}

/** By the address of a page in the contents; the first entry of each. An address with "#" is no page's own. */
export type Contents = ReadonlyMap<string, Entry>;

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

class Entries {
  readonly found = new Map<string, Entry>();

  add(href: string, label: string, depth: number): void {
    if (href === '' || href.includes('#') || plain(label) === '' || this.found.has(href)) return;
    this.found.set(href, { label: plain(label), depth });
  }
}

/** EPUB 3's: lists of links within <nav epub:type="toc">. Throws Refusal. */
export function readNavigation(xhtml: string): Contents {
  const html = openEmptyTags(xhtml);
  assertShallow(html);
  const entries = new Entries();
  const walk = (nodes: readonly RootContent[], isContents: boolean, depth: number): void => {
    for (const node of nodes) {
      if (!isElement(node)) continue;
      const { tagName, children } = node;
      if (tagName === 'nav') walk(children, attribute(node, 'epub:type') === 'toc', 0);
      else if (tagName === 'a' && isContents) {
        entries.add(attribute(node, 'href'), textOf(node), depth);
      } else walk(children, isContents, tagName === 'ol' ? depth + 1 : depth);
    }
  };
  walk(fromHtml(html).children, false, 0);
  return entries.found;
}

/** EPUB 2's: points within points, in a file of its own. Throws Refusal. */
export function readNcx(xml: string): Contents {
  const entries = new Entries();
  const labels: string[] = [];
  let isLabel = false;
  readXml(xml, {
    open(name, { src = '' }) {
      if (name === 'ncx:navPoint') labels.push('');
      else if (name === 'ncx:content') entries.add(src, labels.at(-1) ?? '', labels.length);
      isLabel = name === 'ncx:text';
    },
    close(name) {
      if (name === 'ncx:navPoint') labels.pop();
      isLabel = false;
    },
    text(text) {
      if (isLabel && labels.length > 0) labels[labels.length - 1] += text;
    },
  });
  return entries.found;
}

/** A page whose first paragraph is what the contents call it: that is its heading. */
export function withHeading(blocks: readonly Block[], { label, depth }: Entry): readonly Block[] {
  const [first, ...rest] = blocks;
  if (first?.type !== 'paragraph' || plain(wordsOf(first.children)) !== label) return blocks;
  const [only] = first.children;
  // Bold is how it looked.
  const children =
    first.children.length === 1 && only?.type === 'strong' ? only.children : first.children;
  return [{ type: 'heading', depth: headingDepth(depth), children }, ...rest];
}

const wordsOf = (nodes: readonly PhrasingContent[]): string =>
  nodes
    .map((node) =>
      'value' in node ? node.value : 'children' in node ? wordsOf(node.children) : ' ',
    )
    .join('');
