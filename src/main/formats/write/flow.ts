/** From a Markdown syntax tree to what is printed. */
import type {
  FootnoteDefinition,
  List,
  Paragraph,
  PhrasingContent,
  Root,
  RootContent,
  Table,
} from 'mdast';
import { plainText, textOf, type Block, type Inline, type Note } from './book.ts';
import { printable, safeAddress } from './printable.ts';
import type { Tally } from '../read/tally.ts';

interface Flow {
  readonly tally: Tally;
  /** What stands where a footnote's mark is. */
  readonly mark: (identifier: string) => readonly Inline[] | null;
}

/** No style of any format goes deeper. */
const DEEPEST = 6;

/** The footnotes of a document, by their marks. */
export type Definitions = ReadonlyMap<string, FootnoteDefinition>;

export function definitionsOf(body: Root): Definitions {
  const found = new Map<string, FootnoteDefinition>();
  const look = (nodes: readonly RootContent[]): void => {
    for (const node of nodes) {
      // The first of a name counts, as Markdown has it.
      if (node.type === 'footnoteDefinition') {
        if (!found.has(node.identifier)) found.set(node.identifier, node);
      } else if (node.type === 'blockquote' || node.type === 'list' || node.type === 'listItem') {
        look(node.children);
      }
    }
  };
  look(body.children);
  return found;
}

/**
 * The blocks of a chapter with its notes. A note within a note stands in brackets in its place.
 *
 * @param shift what is added to the level of every heading
 * @param met hears of every footnote that has a mark
 */
export function flowOf(
  nodes: readonly RootContent[],
  definitions: Definitions,
  shift: number,
  tally: Tally,
  met: (identifier: string) => void,
): { readonly blocks: readonly Block[]; readonly notes: readonly Note[] } {
  const numbers = new Map<string, number>();
  const blocks = blocksOf(
    nodes,
    {
      tally,
      mark(identifier) {
        if (!definitions.has(identifier)) return null;
        met(identifier);
        const known = numbers.get(identifier);
        const number = known ?? numbers.size + 1;
        numbers.set(identifier, number);
        return [{ kind: 'note', number, again: known !== undefined }];
      },
    },
    shift,
  );
  const noteOf = (identifier: string, within: readonly string[]): readonly Block[] =>
    blocksOf(
      definitions.get(identifier)!.children,
      {
        tally,
        mark(inner) {
          if (!definitions.has(inner) || within.includes(inner)) return null;
          met(inner);
          const text = noteOf(inner, [...within, inner])
            .map(textOf)
            .join(' ');
          return [{ kind: 'text', text: ` (${text})` }];
        },
      },
      DEEPEST,
    );
  const notes = [...numbers].map(([identifier, number]) => ({
    number,
    blocks: noteOf(identifier, [identifier]),
  }));
  return { blocks, notes };
}

function blocksOf(nodes: readonly RootContent[], flow: Flow, shift: number): readonly Block[] {
  return nodes.flatMap((node): Block[] => {
    switch (node.type) {
      case 'heading': {
        const children = tidy(inlinesOf(node.children, flow));
        const level = Math.min(DEEPEST, Math.max(2, node.depth + shift));
        return isBlank(children) ? [] : [{ kind: 'heading', level, children }];
      }
      case 'paragraph':
        return paragraph(node, flow);
      case 'blockquote': {
        const blocks = blocksOf(node.children, flow, shift);
        return blocks.length === 0 ? [] : [{ kind: 'quote', blocks }];
      }
      case 'list':
        return list(node, flow, shift);
      case 'thematicBreak':
        return [{ kind: 'scene-break' }];
      case 'code':
        return [{ kind: 'code', text: printable(node.value) }];
      case 'table':
        return [table(node, flow)];
      case 'html':
        // Of another program's making: what a reader would see of it is its text.
        return plainParagraph(node.value, flow);
      case 'yaml':
      case 'footnoteDefinition':
        return [];
      case 'definition':
        return [];
      case 'listItem':
      case 'tableRow':
      case 'tableCell':
        throw new RangeError(`A ${node.type} stands where no such thing can be`);
      default: {
        const children = tidy(inlinesOf([node], flow));
        return isBlank(children) ? [] : [{ kind: 'paragraph', children, verse: false }];
      }
    }
  });
}

function paragraph(node: Paragraph, flow: Flow): Block[] {
  const children = tidy(inlinesOf(node.children, flow));
  if (isBlank(children)) return [];
  return [{ kind: 'paragraph', children, verse: hasBreak(children) }];
}

function plainParagraph(html: string, flow: Flow): Block[] {
  const text = withoutTags(html, flow.tally);
  const children = tidy([{ kind: 'text', text }]);
  return isBlank(children) ? [] : [{ kind: 'paragraph', children, verse: false }];
}

/** Tags and comments of HTML are left out, and counted; text between them stays text. */
function withoutTags(html: string, tally: Tally): string {
  const text = html.replace(/<!--[\s\S]*?(?:-->|$)/g, () => {
    tally.drop('comment');
    return '';
  });
  return printable(
    text.replace(/<[/!?]?[a-z][^>]*(?:>|$)/gi, () => {
      tally.drop('HTML tag');
      return '';
    }),
  );
}

function list(node: List, flow: Flow, shift: number): Block[] {
  const items = node.children.map((item): readonly Block[] => {
    const blocks = blocksOf(item.children, flow, shift);
    if (typeof item.checked !== 'boolean') return blocks;
    const box: Inline = { kind: 'text', text: item.checked ? '☑ ' : '☐ ' };
    const [first, ...rest] = blocks;
    if (first?.kind !== 'paragraph')
      return [{ kind: 'paragraph', children: [box], verse: false }, ...blocks];
    return [{ ...first, children: [box, ...first.children] }, ...rest];
  });
  const start = node.ordered ? (node.start ?? 1) : null;
  return [{ kind: 'list', start, items }];
}

function table(node: Table, flow: Flow): Block {
  const columns = Math.max(1, ...node.children.map(({ children }) => children.length));
  const rows = node.children.map(({ children }) =>
    Array.from({ length: columns }, (_, i) => tidy(inlinesOf(children[i]?.children ?? [], flow))),
  );
  const align = Array.from({ length: columns }, (_, i) => node.align?.[i] ?? null);
  return { kind: 'table', align, rows };
}

function inlinesOf(nodes: readonly (PhrasingContent | RootContent)[], flow: Flow): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    switch (node.type) {
      case 'text':
        return linesOf(printable(node.value));
      case 'break':
        return [{ kind: 'break' }];
      case 'emphasis':
      case 'strong':
        return wrapped(node.type, inlinesOf(node.children, flow));
      case 'delete':
        return wrapped('deleted', inlinesOf(node.children, flow));
      case 'inlineCode':
        return [{ kind: 'code', text: printable(node.value).replace(/\s+/g, ' ') }];
      case 'link': {
        const children = inlinesOf(node.children, flow);
        const address = safeAddress(node.url);
        if (address !== null) return isBlank(children) ? [] : [{ kind: 'link', address, children }];
        flow.tally.drop('foreign link');
        return children;
      }
      case 'linkReference':
        return inlinesOf(node.children, flow);
      case 'image':
      case 'imageReference':
        flow.tally.drop('image');
        return [];
      case 'footnoteReference': {
        const mark = flow.mark(node.identifier);
        if (mark !== null) return [...mark];
        return [{ kind: 'text', text: printable(`[^${node.label ?? node.identifier}]`) }];
      }
      case 'html':
        if (/^<br\s*\/?>$/i.test(node.value)) return [{ kind: 'break' }];
        return linesOf(withoutTags(node.value, flow.tally));
      default:
        return [];
    }
  });
}

const wrapped = (kind: 'emphasis' | 'strong' | 'deleted', children: readonly Inline[]): Inline[] =>
  isBlank(children) ? [...children] : [{ kind, children }];

/** A line end in the text is one that a reader sees. */
const linesOf = (text: string): Inline[] =>
  text.split(/\r\n?|\n/).flatMap((line, i): Inline[] => {
    const value = line.replaceAll('\t', ' ');
    return [
      ...(i > 0 ? [{ kind: 'break' } as const] : []),
      ...(value === '' ? [] : [{ kind: 'text', text: value } as const]),
    ];
  });

/** Without spaces and breaks at the ends. */
function tidy(inlines: readonly Inline[]): readonly Inline[] {
  const isEmpty = (inline: Inline | undefined): boolean =>
    inline?.kind === 'break' || (inline?.kind === 'text' && inline.text.trim() === '');
  let from = 0;
  let to = inlines.length;
  while (from < to && isEmpty(inlines[from])) from++;
  while (to > from && isEmpty(inlines[to - 1])) to--;
  return inlines.slice(from, to);
}

/** Nothing of it would be seen. */
const isBlank = (inlines: readonly Inline[]): boolean =>
  !hasNote(inlines) && plainText(inlines).trim() === '';

const hasNote = (inlines: readonly Inline[]): boolean =>
  inlines.some(
    (inline) => inline.kind === 'note' || ('children' in inline && hasNote(inline.children)),
  );

const hasBreak = (inlines: readonly Inline[]): boolean =>
  inlines.some(
    (inline) => inline.kind === 'break' || ('children' in inline && hasBreak(inline.children)),
  );
