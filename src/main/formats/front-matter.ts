/** Markdown documents with what stands on their title page as YAML before the text. */
import type { Root } from 'mdast';
import { fromMarkdown, toMarkdown } from './markdown.ts';
import type { Prose } from './prose.ts';

/** The names that other programs use too; the first is the one we write. */
const names = {
  title: ['title'],
  author: ['author', 'creator'],
  language: ['lang', 'language'],
} as const satisfies Record<Exclude<keyof Prose, 'body'>, readonly string[]>;

/** Markdown of a whole manuscript; the front matter has only what is known. */
export function proseToMarkdown({ body, ...page }: Prose): string {
  const lines = (['title', 'author', 'language'] as const).flatMap((field) => {
    const value = page[field];
    return value === null ? [] : [`${names[field][0]}: ${JSON.stringify(value)}`];
  });
  if (lines.length === 0) return toMarkdown(body);
  const yaml = { type: 'yaml', value: lines.join('\n') } as const;
  return toMarkdown({ type: 'root', children: [yaml, ...body.children] });
}

export function proseFromMarkdown(text: string): Prose {
  const root = fromMarkdown(text);
  const [first, ...rest] = root.children;
  if (first?.type !== 'yaml') return { title: null, author: null, language: null, body: root };
  const body: Root = { type: 'root', children: rest };
  const value = (field: keyof typeof names): string | null =>
    names[field].map((name) => scalar(first.value, name)).find((found) => found !== null) ?? null;
  return { title: value('title'), author: value('author'), language: value('language'), body };
}

/** The value of a line "name: value" of YAML that is a text; lists and blocks are not read. */
function scalar(yaml: string, name: string): string | null {
  const line = new RegExp(`^${name}:[ \\t]+(\\S.*?)[ \\t]*$`, 'im').exec(yaml)?.[1];
  if (line === undefined) return null;
  if (line.startsWith('"')) {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'string' && value !== '' ? value : null;
    } catch {
      // YAML knows escapes that JSON does not.
      return line.replace(/^"|"$/g, '');
    }
  }
  if (line.startsWith("'")) return line.replace(/^'|'$/g, '').replaceAll("''", "'") || null;
  return /^[[{|>&*!%@`#]/.test(line) ? null : line.replace(/\s+#.*$/, '');
}
