import type { List, PhrasingContent, RootContent } from 'mdast';
import type { Runs } from './runs.ts';
import { isSceneBreak } from './scene-break.ts';

/** What a paragraph is, in formats that are a row of paragraphs with styles. */
export type Shape =
  | { readonly kind: 'text' }
  | { readonly kind: 'heading'; readonly depth: number }
  | { readonly kind: 'quote' }
  | {
      readonly kind: 'item';
      /** 0 is the outermost. */
      readonly level: number;
      readonly ordered: boolean;
      readonly start: number;
      /** Goes on with the item before. */
      readonly goesOn: boolean;
    }
  | { readonly kind: 'title' }
  | { readonly kind: 'author' };

type Depth = 1 | 2 | 3 | 4 | 5 | 6;
export const headingDepth = (depth: number): Depth =>
  Math.max(1, Math.min(6, Math.round(depth))) as Depth;

interface Titled {
  readonly kind: 'title' | 'author';
  readonly phrasing: PhrasingContent[];
  readonly plain: string;
}

/** Gathers paragraphs to blocks: items to lists, quoted paragraphs to quotes, signs to scene breaks. */
export class Flow {
  readonly #blocks: RootContent[] = [];
  #titled: Titled[] = [];
  #lists: List[] = [];
  #wasQuote = false;
  title: string | null = null;
  author: string | null = null;

  paragraph(shape: Shape, runs: Runs, isCentred = false): void {
    const children = runs.phrasing();
    if (children.length === 0) return;
    const { plain } = runs;
    if (shape.kind === 'title' || shape.kind === 'author') {
      this.#titled.push({
        kind: shape.kind,
        phrasing: children,
        plain: plain.replace(/\s+/g, ' '),
      });
      if (this.#blocks.length > 0) this.#settleTitles();
      return;
    }
    this.#settleTitles();
    if (shape.kind !== 'item' && isSceneBreak(plain, isCentred)) return this.rule();
    switch (shape.kind) {
      case 'text':
        return this.add({ type: 'paragraph', children });
      case 'heading':
        return this.add({
          type: 'heading',
          depth: headingDepth(shape.depth),
          children: children.map((child) => (child.type === 'break' ? space : child)),
        });
      case 'quote': {
        const last = this.#blocks.at(-1);
        const wasQuote = this.#wasQuote;
        if (wasQuote && last?.type === 'blockquote')
          last.children.push({ type: 'paragraph', children });
        else this.add({ type: 'blockquote', children: [{ type: 'paragraph', children }] });
        this.#wasQuote = true;
        return;
      }
      case 'item':
        return this.#item(shape, children);
    }
  }

  rule(): void {
    this.#settleTitles();
    // Two in a row, or one before all text, say nothing more.
    if (this.#blocks.length > 0 && this.#blocks.at(-1)!.type !== 'thematicBreak') {
      this.add({ type: 'thematicBreak' });
    }
  }

  /** Any other block. */
  add(block: RootContent): void {
    this.#settleTitles();
    this.#lists = [];
    this.#wasQuote = false;
    this.#blocks.push(block);
  }

  get blocks(): RootContent[] {
    this.#settleTitles();
    return this.#blocks;
  }

  /**
   * One title before the text is the manuscript's. Where a style of that name is used within the text,
   * or more than once, it is a heading.
   */
  #settleTitles(): void {
    const titled = this.#titled;
    if (titled.length === 0) return;
    this.#titled = [];
    for (const { kind, phrasing, plain } of titled) {
      if (this.#blocks.length === 0 && this[kind] === null) this[kind] = plain;
      else if (kind === 'title') this.add({ type: 'heading', depth: 1, children: phrasing });
      else this.add({ type: 'paragraph', children: phrasing });
    }
  }

  #item(shape: Extract<Shape, { kind: 'item' }>, children: PhrasingContent[]): void {
    this.#wasQuote = false;
    const level = Math.min(shape.level, this.#lists.length);
    if (shape.goesOn && this.#lists.length > 0) {
      const list = this.#lists[Math.min(level, this.#lists.length - 1)]!;
      list.children.at(-1)!.children.push({ type: 'paragraph', children });
      list.spread = true;
      return;
    }
    this.#lists.length = Math.min(this.#lists.length, level + 1);
    const item = {
      type: 'listItem',
      spread: false,
      children: [{ type: 'paragraph', children }],
    } as const;
    const known = this.#lists[level];
    if (known && known.ordered === shape.ordered) {
      known.children.push({ ...item, children: [...item.children] });
      return;
    }
    const list: List = {
      type: 'list',
      ordered: shape.ordered,
      start: shape.ordered ? shape.start : null,
      spread: false,
      children: [{ ...item, children: [...item.children] }],
    };
    const lists = this.#lists.slice(0, level);
    const parent = lists.at(-1);
    if (parent) parent.children.at(-1)!.children.push(list);
    else this.add(list);
    this.#lists = [...lists, list];
  }
}

const space: PhrasingContent = { type: 'text', value: ' ' };
