/** Makes one book of documents. */
import type { Heading, RootContent } from 'mdast';
import { visit } from 'unist-util-visit';
import type { Dropped, Prose } from '../prose.ts';
import { plainText, type Book, type Chapter, type Inline } from './book.ts';
import { definitionsOf, flowOf } from './flow.ts';
import { printable } from './printable.ts';
import { Tally } from '../read/tally.ts';

/** A document of a book, in its place. */
export interface Part {
  /** As people read it: without its ending. */
  readonly name: string;
  readonly prose: Prose;
}

export interface BookOptions {
  /** Null: what the documents say, else `fallbackTitle`. */
  readonly title: string | null;
  readonly author: string | null;
  /** BCP 47. Null: what the documents say, else `fallbackLanguage`. */
  readonly language: string | null;
  readonly titlePage: boolean;
  /** A document without a heading gets its name as one. */
  readonly chapterHeadings: boolean;
  readonly fallbackTitle: string;
  readonly fallbackLanguage: string;
}

export interface Assembled {
  readonly book: Book;
  /** What the documents had and the book has not. */
  readonly dropped: readonly Dropped[];
}

/** A piece of a document that begins with a heading, or with none. */
interface Piece {
  readonly heading: Heading | null;
  readonly nodes: readonly RootContent[];
}

/**
 * One book of documents in their order. A document is a chapter, and each heading of the first level begins
 * another one. A text that begins with its only heading of the first level and has parts below it is a
 * whole book: that heading is its title, and its parts are the chapters.
 */
export function assemble(parts: readonly Part[], options: BookOptions): Assembled {
  const tally = new Tally();
  const only = parts.length === 1 ? parts[0]!.prose : null;
  const whole = only === null ? null : titleOfWhole(only.body.children);
  const title =
    clean(options.title) ??
    // One of many may say what it is called: that is a chapter's name and not the book's.
    (parts.length === 1 ? titleOf(parts[0]!) : null) ??
    printable(options.fallbackTitle);
  const first = (pick: (prose: Prose) => string | null): string | null =>
    parts.map(({ prose }) => pick(prose)).find((value) => value !== null) ?? null;
  const chapters = parts.flatMap((part) =>
    chaptersOf(part, {
      tally,
      whole,
      // It is on the title page already.
      skipWhole: options.titlePage && whole !== null && clean(wordsOf(whole)) === title,
      // The name of the only document is the book's.
      nameAsHeading: options.chapterHeadings && (only === null || !options.titlePage),
    }),
  );
  return {
    book: {
      title,
      author: clean(options.author) ?? first(({ author }) => clean(author)),
      language:
        knownLanguage(options.language) ??
        first(({ language }) => knownLanguage(language)) ??
        options.fallbackLanguage,
      titlePage: options.titlePage,
      chapters,
    },
    dropped: tally.dropped,
  };
}

const clean = (text: string | null): string | null => {
  const value = printable(text ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return value === '' ? null : value;
};

/** What a document says that it is called as a whole; null where it does not. */
export function titleOf({ prose }: Part): string | null {
  const whole = titleOfWhole(prose.body.children);
  return clean(whole === null ? null : wordsOf(whole)) ?? clean(prose.title);
}

/** As its tag is written; null for what is no language that a reader's program knows. */
function knownLanguage(language: string | null): string | null {
  try {
    return language === null ? null : (Intl.getCanonicalLocales(language)[0] ?? null);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function wordsOf(heading: Heading): string {
  let words = '';
  visit(heading, (node) => {
    if (node.type === 'text' || node.type === 'inlineCode') words += node.value;
    else if (node.type === 'break') words += ' ';
  });
  return words;
}

const isHeading = (node: RootContent): node is Heading => node.type === 'heading';

/** The heading that is the title of the whole text; null where its headings are chapters. */
function titleOfWhole(nodes: readonly RootContent[]): Heading | null {
  const first = nodes.find(({ type }) => type !== 'yaml');
  if (first === undefined || !isHeading(first) || first.depth !== 1) return null;
  const ofDepth = (depth: number): number =>
    nodes.filter((node) => isHeading(node) && node.depth === depth).length;
  return ofDepth(1) === 1 && ofDepth(2) >= 2 ? first : null;
}

interface Splitting {
  readonly tally: Tally;
  readonly whole: Heading | null;
  readonly skipWhole: boolean;
  readonly nameAsHeading: boolean;
}

function chaptersOf({ name, prose }: Part, splitting: Splitting): Chapter[] {
  const { tally, whole, skipWhole, nameAsHeading } = splitting;
  const { body } = prose;
  const definitions = definitionsOf(body);
  const met = new Set<string>();
  const pieces = piecesOf(body.children, whole === null ? 1 : 2);
  const chapters = pieces.map(({ heading, nodes }, i): Chapter => {
    const own = heading === whole && skipWhole ? null : heading;
    const { blocks, notes } = flowOf(
      own === null ? nodes : [own, ...nodes],
      definitions,
      1 - (own?.depth ?? 1),
      tally,
      (identifier) => met.add(identifier),
    );
    const line = own === null ? undefined : blocks[0];
    const named = nameAsHeading && i === 0 && own === null && blocks.length > 0 && !hasTop(pieces);
    const printed: readonly Inline[] | null =
      line?.kind === 'heading'
        ? line.children
        : named
          ? [{ kind: 'text', text: printable(name) }]
          : null;
    return {
      title: (printed && clean(plainText(printed))) ?? printable(name),
      heading: printed,
      blocks: line?.kind === 'heading' ? blocks.slice(1) : blocks,
      notes,
    };
  });
  const unmet = [...definitions.keys()].filter((identifier) => !met.has(identifier)).length;
  if (unmet > 0) tally.drop('unmarked footnote', unmet);
  return chapters.filter(({ heading, blocks }) => heading !== null || blocks.length > 0);
}

const hasTop = (pieces: readonly Piece[]): boolean =>
  pieces.some(({ heading }) => heading !== null);

/** Each heading of this level or above begins a piece; where there is none, one at the very beginning does. */
function piecesOf(nodes: readonly RootContent[], depth: number): readonly Piece[] {
  const begins = (node: RootContent): node is Heading =>
    isHeading(node) && node.depth <= depth && clean(wordsOf(node)) !== null;
  const text = nodes.filter(({ type }) => type !== 'yaml' && type !== 'footnoteDefinition');
  const top = text[0];
  if (!text.some(begins) && top !== undefined && isHeading(top) && clean(wordsOf(top)) !== null) {
    return [{ heading: top, nodes: text.slice(1) }];
  }
  const pieces: { heading: Heading | null; nodes: RootContent[] }[] = [];
  for (const node of text) {
    if (begins(node)) pieces.push({ heading: node, nodes: [] });
    else if (pieces.length === 0) pieces.push({ heading: null, nodes: [node] });
    else pieces.at(-1)!.nodes.push(node);
  }
  return pieces;
}
