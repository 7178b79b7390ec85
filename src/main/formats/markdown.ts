/** Between Markdown text and its syntax tree. */
import type { Root } from 'mdast';
import { fromMarkdown as parse } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown, frontmatterToMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown, gfmToMarkdown } from 'mdast-util-gfm';
import { defaultHandlers, toMarkdown as print } from 'mdast-util-to-markdown';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';

/**
 * As the editor reads it: a line of hyphens under a paragraph is a scene break and no heading, an indented
 * paragraph is no code, and "<" is a sign like any other.
 */
const asTheEditor = {
  disable: { null: ['setextUnderline', 'codeIndented', 'htmlFlow', 'htmlText', 'definition'] },
};

export const fromMarkdown = (text: string): Root =>
  parse(text, {
    extensions: [gfm({ singleTilde: false }), frontmatter(), asTheEditor],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown()],
  });

/** A verse ends with two spaces: a backslash would be seen in the editor. */
const verseEnd: typeof defaultHandlers.break = (...args) =>
  defaultHandlers.break(...args).replace('\\\n', '  \n');

export const toMarkdown = (root: Root): string =>
  print(root, {
    bullet: '-',
    emphasis: '*',
    rule: '*',
    ruleSpaces: true,
    listItemIndent: 'one',
    handlers: { break: verseEnd },
    extensions: [gfmToMarkdown({ tablePipeAlign: false }), frontmatterToMarkdown()],
  });
