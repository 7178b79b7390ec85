/** Blocks as markup that is well-formed XML and HTML at once: for the page and for the EPUB. */
import type { Block, Chapter, Inline } from './book.ts';
import { escaped } from './printable.ts';

export interface MarkupOptions {
  /** Makes the ids of a chapter's notes differ from those of others on the same page. */
  readonly prefix: string;
  /** Of the headings of chapters. */
  readonly level: 1 | 2;
  /** EPUB says what a note is in a vocabulary of its own; pages say it by roles. */
  readonly epub: boolean;
}

export function inlinesMarkup(inlines: readonly Inline[], options: MarkupOptions): string {
  const inside = (children: readonly Inline[]): string => inlinesMarkup(children, options);
  return inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
          return escaped(inline.text);
        case 'break':
          return '<br/>\n';
        case 'emphasis':
          return `<em>${inside(inline.children)}</em>`;
        case 'strong':
          return `<strong>${inside(inline.children)}</strong>`;
        case 'deleted':
          // Struck through by the writer and there to be read; `del` would say that it is gone.
          return `<s>${inside(inline.children)}</s>`;
        case 'code':
          return `<code>${escaped(inline.text)}</code>`;
        case 'link':
          return `<a href="${escaped(inline.address)}">${inside(inline.children)}</a>`;
        case 'note':
          return noteMark(inline, options);
      }
    })
    .join('');
}

function noteMark(
  { number, again }: Extract<Inline, { kind: 'note' }>,
  { prefix, epub }: MarkupOptions,
): string {
  const type = epub ? ' epub:type="noteref"' : '';
  // The way back leads to the first.
  const id = again ? '' : ` id="${prefix}mark-${number}"`;
  return `<a${type} role="doc-noteref" class="note-mark"${id} href="#${prefix}note-${number}">${number}</a>`;
}

export const blocksMarkup = (blocks: readonly Block[], options: MarkupOptions): string =>
  blocks.map((block) => blockMarkup(block, options)).join('\n');

function blockMarkup(block: Block, options: MarkupOptions): string {
  const inside = (blocks: readonly Block[]): string => blocksMarkup(blocks, options);
  switch (block.kind) {
    case 'heading':
      return headingMarkup(block.level + options.level - 1, block.children, options);
    case 'paragraph': {
      const verse = block.verse ? ' class="verse"' : '';
      return `<p${verse}>${inlinesMarkup(block.children, options)}</p>`;
    }
    case 'quote':
      return `<blockquote>\n${inside(block.blocks)}\n</blockquote>`;
    case 'list': {
      const tag = block.start === null ? 'ul' : 'ol';
      const start = block.start === null || block.start === 1 ? '' : ` start="${block.start}"`;
      const items = block.items.map((item) => `<li>${itemMarkup(item, options)}</li>`);
      return `<${tag}${start}>\n${items.join('\n')}\n</${tag}>`;
    }
    case 'scene-break':
      return '<hr/>';
    case 'code':
      return `<pre><code>${escaped(block.text)}</code></pre>`;
    case 'table':
      return tableMarkup(block, options);
  }
}

/** An item of one paragraph needs none. */
function itemMarkup(item: readonly Block[], options: MarkupOptions): string {
  const [first, ...rest] = item;
  if (first?.kind !== 'paragraph') return blocksMarkup(item, options);
  const line = inlinesMarkup(first.children, options);
  const plain = rest.every(({ kind }) => kind === 'list');
  if (!plain) return `\n${blocksMarkup(item, options)}\n`;
  return rest.length === 0 ? line : `${line}\n${blocksMarkup(rest, options)}\n`;
}

function tableMarkup(
  { align, rows }: Extract<Block, { kind: 'table' }>,
  options: MarkupOptions,
): string {
  const row = (cells: readonly (readonly Inline[])[], tag: 'th' | 'td'): string =>
    `<tr>${cells
      .map((cell, i) => {
        const side = align[i] ?? null;
        const style = side === null || side === 'left' ? '' : ` class="${side}"`;
        const scope = tag === 'th' ? ' scope="col"' : '';
        return `<${tag}${scope}${style}>${inlinesMarkup(cell, options)}</${tag}>`;
      })
      .join('')}</tr>`;
  const [head, ...body] = rows;
  const bodyRows = body.map((cells) => row(cells, 'td')).join('\n');
  return (
    `<table>\n<thead>${row(head ?? [], 'th')}</thead>\n` +
    `${bodyRows === '' ? '' : `<tbody>\n${bodyRows}\n</tbody>\n`}</table>`
  );
}

/** The notes of a chapter, each with a way back to its mark; nothing where there are none. */
export function notesMarkup(chapter: Chapter, options: MarkupOptions): string {
  if (chapter.notes.length === 0) return '';
  const { prefix, epub } = options;
  const type = epub ? 'epub:type="footnote" ' : '';
  const notes = chapter.notes.map(({ number, blocks }) => {
    const back = `<a class="note-back" role="doc-backlink" href="#${prefix}mark-${number}">${number}</a>`;
    const [first, ...rest] = blocks;
    const lead = first?.kind === 'paragraph' ? inlinesMarkup(first.children, options) : '';
    const others = first?.kind === 'paragraph' ? rest : blocks;
    const more = others.length === 0 ? '' : `\n${blocksMarkup(others, options)}`;
    return `<aside ${type}role="doc-footnote" id="${prefix}note-${number}">\n<p>${back} ${lead}</p>${more}\n</aside>`;
  });
  return `<section class="notes" role="doc-endnotes" aria-label="Notes">\n${notes.join('\n')}\n</section>`;
}

const headingMarkup = (level: number, line: readonly Inline[], options: MarkupOptions): string => {
  const tag = `h${Math.min(6, level)}`;
  return `<${tag}>${inlinesMarkup(line, options)}</${tag}>`;
};

/** A chapter with its heading and notes. */
export function chapterMarkup(chapter: Chapter, options: MarkupOptions): string {
  const { heading: line } = chapter;
  const heading = line === null ? '' : `${headingMarkup(options.level, line, options)}\n`;
  const notes = notesMarkup(chapter, options);
  return `${heading}${blocksMarkup(chapter.blocks, options)}${notes === '' ? '' : `\n${notes}`}`;
}
