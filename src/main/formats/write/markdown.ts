/** A book as Markdown, with what stands on its title page as front matter. */
import type { BlockContent, PhrasingContent, Root, RootContent } from 'mdast';
import { toMarkdown } from '../markdown.ts';
import type { Block, Book, Inline } from './book.ts';

export function markdownOf({ title, author, language, titlePage, chapters }: Book): string {
  const body: RootContent[] = [];
  if (titlePage) {
    const facts = [`title: ${JSON.stringify(title)}`];
    if (author !== null) facts.push(`author: ${JSON.stringify(author)}`);
    facts.push(`lang: ${language}`);
    body.push({ type: 'yaml', value: facts.join('\n') });
  }
  let before = 0;
  for (const { heading, blocks, notes } of chapters) {
    const label: Label = (number) => String(before + number);
    if (heading !== null)
      body.push({ type: 'heading', depth: 1, children: phrasing(heading, label) });
    body.push(...blocks.map((block) => content(block, label)));
    body.push(
      ...notes.map(({ number, blocks }): RootContent => ({
        type: 'footnoteDefinition',
        identifier: label(number),
        label: label(number),
        children: blocks.map((block) => content(block, label)),
      })),
    );
    before += notes.length;
  }
  const root: Root = { type: 'root', children: body };
  return toMarkdown(root);
}

/** Notes are numbered through the whole book. */
type Label = (inChapter: number) => string;

function content(block: Block, label: Label): BlockContent {
  switch (block.kind) {
    case 'heading':
      return {
        type: 'heading',
        depth: Math.min(6, Math.max(1, block.level)) as 1 | 2 | 3 | 4 | 5 | 6,
        children: phrasing(block.children, label),
      };
    case 'paragraph':
      return { type: 'paragraph', children: phrasing(block.children, label) };
    case 'quote':
      return { type: 'blockquote', children: block.blocks.map((each) => content(each, label)) };
    case 'list':
      return {
        type: 'list',
        ordered: block.start !== null,
        start: block.start,
        spread: false,
        children: block.items.map((item) => ({
          type: 'listItem',
          spread: false,
          children: item.map((each) => content(each, label)),
        })),
      };
    case 'scene-break':
      return { type: 'thematicBreak' };
    case 'code':
      return { type: 'code', value: block.text };
    case 'table':
      return {
        type: 'table',
        align: [...block.align],
        children: block.rows.map((row) => ({
          type: 'tableRow',
          children: row.map((cell) => ({ type: 'tableCell', children: phrasing(cell, label) })),
        })),
      };
  }
}

const phrasing = (inlines: readonly Inline[], label: Label): PhrasingContent[] =>
  inlines.map((inline): PhrasingContent => {
    switch (inline.kind) {
      case 'text':
        return { type: 'text', value: inline.text };
      case 'break':
        return { type: 'break' };
      case 'emphasis':
      case 'strong':
        return { type: inline.kind, children: phrasing(inline.children, label) };
      case 'deleted':
        return { type: 'delete', children: phrasing(inline.children, label) };
      case 'code':
        return { type: 'inlineCode', value: inline.text };
      case 'link':
        return { type: 'link', url: inline.address, children: phrasing(inline.children, label) };
      case 'note': {
        const name = label(inline.number);
        return { type: 'footnoteReference', identifier: name, label: name };
      }
    }
  });
