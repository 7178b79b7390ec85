import type { Element, ElementContent, Root, RootContent } from 'hast';
import type { ClassLook } from './css.ts';
import { attribute, classesOf, elementsIn, isElement, lookOf, rolesOf, textOf } from './hast.ts';
import { notesOf } from './html-notes.ts';
import { passedOver, rolesLeftOut, unwrapped } from './html-parts.ts';
import { isBlock, rowsOf, spans } from './html-tables.ts';
import type { Notes } from './notes.ts';
import { isSceneBreak } from './scene-break.ts';
import type { Tally } from './tally.ts';

/** An element that stands where a footnote is referred to. */
export const NOTE = 'understudy-note';

/** What a page calls itself. */
export interface Named {
  readonly title: string | null;
  readonly author: string | null;
  readonly language: string | null;
}

/** Makes a page plain HTML of prose: what is not prose goes, what is said by style sheets is said by elements. */
export class Cleaner {
  readonly #notes: Notes;
  readonly #tally: Tally;
  readonly #looks: ReadonlyMap<string, ClassLook>;
  readonly #references = new Map<Element, string>();
  readonly #bodies = new Map<Element, string>();
  readonly #ways = new Set<Element>();
  #title: string | null = null;
  #author: string | null = null;
  readonly noteBodies = new Map<string, RootContent[]>();

  constructor(
    root: Root,
    {
      notes,
      tally,
      looks,
      key,
    }: { notes: Notes; tally: Tally; looks: Map<string, ClassLook>; key: string },
  ) {
    this.#notes = notes;
    this.#tally = tally;
    this.#looks = looks;
    notesOf(root).forEach(({ reference, body, ways }, i) => {
      const name = `${key} ${i}`;
      this.#references.set(reference, name);
      this.#bodies.set(body, name);
      for (const way of ways) this.#ways.add(way);
    });
  }

  /** What the page itself shows as its title, where it has a block for it. */
  page(found: Named): Named {
    return { ...found, title: this.#title ?? found.title, author: this.#author ?? found.author };
  }

  clean(nodes: readonly RootContent[]): RootContent[] {
    return nodes.flatMap((node): RootContent[] => {
      if (node.type === 'text') return [{ type: 'text', value: node.value }];
      return isElement(node) ? this.#element(node) : [];
    });
  }

  #inside(element: Element): ElementContent[] {
    return this.clean(element.children) as ElementContent[];
  }

  #element(element: Element): RootContent[] {
    const { tagName } = element;
    if (this.#ways.has(element)) return [];
    const reference = this.#references.get(element);
    if (reference !== undefined) {
      const id = this.#notes.refer(reference);
      return [{ type: 'element', tagName: NOTE, properties: { id }, children: [] }];
    }
    const note = this.#bodies.get(element);
    if (note !== undefined) {
      this.noteBodies.set(note, this.#inside(element));
      return [];
    }
    if (Object.hasOwn(passedOver, tagName)) return this.#drop(passedOver[tagName] ?? null, element);
    const role = rolesOf(element).find((name) => Object.hasOwn(rolesLeftOut, name));
    if (role !== undefined) return this.#drop(rolesLeftOut[role]!, element);
    // As LibreOffice calls them.
    const edge = tagName === 'div' ? attribute(element, 'title') : '';
    if (edge === 'header' || edge === 'footer') return this.#drop(`page ${edge}`, element);
    const look = lookOf(element, this.#looks);
    if (look.hidden === true || attribute(element, 'hidden') !== '') {
      return this.#drop(/\S/.test(textOf(element)) ? 'hidden passage' : null, element);
    }
    if (attribute(element, 'id') === 'title-block-header') return this.#titleBlock(element);
    return this.#kept(element, look);
  }

  #drop(what: string | null, element: Element): RootContent[] {
    // A form may hold a whole page.
    if (element.tagName === 'form') return this.clean(element.children);
    if (what !== null) this.#tally.drop(what);
    return [];
  }

  /** As pandoc sets it. */
  #titleBlock(block: Element): RootContent[] {
    for (const element of elementsIn(block.children)) {
      const text = textOf(element).replace(/\s+/g, ' ').trim();
      if (classesOf(element).includes('title')) this.#title ??= text;
      else if (classesOf(element).includes('author')) this.#author ??= text;
    }
    return [];
  }

  #kept(element: Element, look: ClassLook): RootContent[] {
    const { tagName } = element;
    const make = (name: string, children: ElementContent[], properties = {}): Element => ({
      type: 'element',
      tagName: name,
      properties,
      children,
    });
    switch (tagName) {
      case 'a': {
        const href = attribute(element, 'href');
        const children = this.#inside(element);
        return /^(?:https?|mailto):/i.test(href) ? [make('a', children, { href })] : children;
      }
      case 'pre':
        return this.#lines(element);
      case 'center':
        return [make('div', this.#inside(element))];
      case 'p':
      case 'div': {
        const isLeaf = !element.children.some(
          (child) =>
            isElement(child) && /^(?:p|div|h[1-6]|table|ul|ol|blockquote)$/.test(child.tagName),
        );
        const isCentred =
          look.centred === true ||
          element.children.some((child) => isElement(child) && child.tagName === 'center');
        if (isLeaf && isSceneBreak(textOf(element), isCentred)) return [make('hr', [])];
        break;
      }
      case 'table':
        return this.#table(element, make);
      case 'th':
      case 'td':
        return [make(tagName, this.#inside(element), { align: element.properties['align'] })];
      case 'ul':
      case 'ol': {
        const start = element.properties['start'];
        return [make(tagName, withinItems(this.#inside(element)), { start })];
      }
    }
    if (unwrapped.has(tagName)) return this.#inside(element);
    const isInline = /^(?:span|font|i|em|b|strong|u|cite|dfn)$/.test(tagName);
    if (!isInline) return [make(tagName, this.#inside(element))];
    const wasItalic = /^(?:i|em|cite|dfn|u)$/.test(tagName);
    const wasBold = /^(?:b|strong)$/.test(tagName);
    let children = this.#inside(element);
    if (look.bold ?? wasBold) children = [make('strong', children)];
    if (look.italic ?? wasItalic) children = [make('em', children)];
    return children;
  }

  /** Tables of lines are tables; those that lay a page out are their text. */
  #table(
    element: Element,
    make: (name: string, children: ElementContent[]) => Element,
  ): RootContent[] {
    const rows = rowsOf(element);
    const cells = rows.flat();
    const isSimple =
      rows.length > 1 &&
      cells.length > rows.length &&
      cells.every(
        (cell) => !spans(cell) && [...elementsIn(cell.children)].filter(isBlock).length <= 1,
      );
    if (isSimple) return [make('table', this.#inside(element))];
    if (cells.length > 0) this.#tally.drop('table layout');
    return cells.map((cell) => make('div', this.#inside(cell)));
  }

  /** Lines as they stand, as in verse; a blank line ends a paragraph. */
  #lines(element: Element): RootContent[] {
    return textOf(element)
      .split(/\n[ \t]*\n/)
      .filter((part) => /\S/.test(part))
      .map((part): Element => ({
        type: 'element',
        tagName: 'p',
        properties: {},
        children: part
          .replace(/^\n|\s+$/g, '')
          .split('\n')
          .flatMap((line, i): ElementContent[] => [
            ...(i > 0
              ? [{ type: 'element', tagName: 'br', properties: {}, children: [] } satisfies Element]
              : []),
            { type: 'text', value: line },
          ]),
      }));
  }
}

/** Lists that stand between items belong to the item before. */
function withinItems(children: readonly ElementContent[]): ElementContent[] {
  const out: ElementContent[] = [];
  let item: Element | null = null;
  for (const child of children) {
    const isList = isElement(child) && /^(?:ul|ol)$/.test(child.tagName);
    if (isList && item) item.children.push(child);
    else out.push(child);
    if (isElement(child) && child.tagName === 'li') item = child;
  }
  return out;
}
