import type { Nodes, RootContent } from 'mdast';
import { limits } from '../limits.ts';
import type { Prose, Reading } from '../prose.ts';
import { damaged, hostile } from '../refusal.ts';
import { headingDepth } from './flow.ts';
import { readRtf } from './rtf.ts';
import { Tally } from './tally.ts';
import { decodeXml, readXml } from './xml.ts';

/** A project's files, by their path in its folder; null where there is none. */
export interface Folder {
  readonly names: () => Promise<readonly string[]>;
  /** Refuses what is larger than so many bytes before it is in memory. */
  read(path: string, limit: number): Promise<Buffer | null>;
}

interface Binder {
  id: string;
  kind: string;
  title: string;
  /** What the project says of compiling it; null where it says nothing. */
  compiled: boolean | null;
  readonly children: Binder[];
}

export interface ScrivenerPart {
  readonly title: string;
  readonly prose: Prose;
}

export interface ScrivenerReading extends Reading {
  /** The parts of the draft: what is at its top, in order. */
  readonly parts: readonly ScrivenerPart[];
}

/**
 * A Scrivener project: the draft in the binder's order, titles as headings by their depth, without what is
 * not to be compiled. Research, notes, synopses and templates are no text of the draft.
 */
export async function readScrivener(folder: Folder): Promise<ScrivenerReading> {
  const names = await folder.names();
  const project =
    names.find((name) => /^[^/]+\.scrivx$/i.test(name)) ??
    names.find((name) => name === 'binder.scrivproj');
  const bytes = project === undefined ? null : await folder.read(project, limits.entry);
  if (!bytes) throw damaged();
  const { top, marksCompiled, title, author } = readBinder(decodeXml(bytes));
  const draft = top.find(({ kind }) => kind === 'DraftFolder');
  if (!draft) throw damaged();
  const tally = new Tally();
  for (const other of top) {
    if (other === draft) continue;
    tally.drop('document outside of the draft', other.kind === 'TrashFolder' ? 0 : countOf(other));
  }
  const reader = new DraftReader(folder, names, marksCompiled, tally);
  const parts: ScrivenerPart[] = [];
  const all: RootContent[] = [];
  for (const item of draft.children) {
    const blocks = notesLast(await reader.blocksOf(item, 1));
    if (blocks.length === 0) continue;
    parts.push({
      title: item.title,
      prose: {
        title: null,
        author: null,
        language: null,
        body: { type: 'root', children: blocks },
      },
    });
    for (const block of blocks) all.push(block);
  }
  return {
    prose: { title, author, language: null, body: { type: 'root', children: notesLast(all) } },
    dropped: tally.dropped,
    parts,
  };
}

const notesLast = (blocks: readonly RootContent[]): RootContent[] => [
  ...blocks.filter(({ type }) => type !== 'footnoteDefinition'),
  ...blocks.filter(({ type }) => type === 'footnoteDefinition'),
];

const countOf = (item: Binder): number =>
  item.children.reduce((sum, child) => sum + 1 + countOf(child), 0);

interface Project {
  readonly top: readonly Binder[];
  /** Whether what is compiled is marked, so that what is not marked is not. */
  readonly marksCompiled: boolean;
  readonly title: string | null;
  readonly author: string | null;
}

function readBinder(xml: string): Project {
  const top: Binder[] = [];
  const open: Binder[] = [];
  const path: string[] = [];
  let title = '';
  let author = '';
  let marksCompiled = false;
  let count = 0;
  readXml(xml, {
    open(name, attributes) {
      path.push(name);
      if (name !== 'BinderItem') return;
      if (++count > limits.parts)
        throw hostile(`holds more than ${limits.parts.toLocaleString('en')} documents`);
      const item: Binder = {
        id: attributes['UUID'] ?? attributes['ID'] ?? '',
        kind: attributes['Type'] ?? '',
        title: '',
        compiled: null,
        children: [],
      };
      (open.at(-1)?.children ?? top).push(item);
      open.push(item);
    },
    close(name) {
      path.pop();
      if (name === 'BinderItem') open.pop();
    },
    text(text) {
      const item = open.at(-1);
      const [parent, name] = path.slice(-2);
      if (item && name === 'Title' && parent === 'BinderItem') item.title += text;
      else if (item && name === 'IncludeInCompile') {
        item.compiled = /^\s*yes\s*$/i.test(text);
        marksCompiled ||= item.compiled;
      } else if (!item && name === 'ProjectTitle') title += text;
      else if (!item && (name === 'FullName' || name === 'Author')) author ||= text.trim();
    },
  });
  return { top, marksCompiled, title: title.trim() || null, author: author || null };
}

class DraftReader {
  readonly #folder: Folder;
  readonly #names: ReadonlySet<string>;
  readonly #marksCompiled: boolean;
  readonly #tally: Tally;
  #notes = 0;
  #read = 0;

  constructor(folder: Folder, names: readonly string[], marksCompiled: boolean, tally: Tally) {
    this.#marksCompiled = marksCompiled;
    this.#folder = folder;
    this.#names = new Set(names);
    this.#tally = tally;
  }

  async blocksOf(item: Binder, depth: number): Promise<RootContent[]> {
    const inside: RootContent[] = [];
    const isCompiled = item.compiled ?? !this.#marksCompiled;
    if (isCompiled) {
      for (const block of await this.#text(item)) inside.push(block);
    } else this.#tally.drop('document that is not compiled');
    for (const child of item.children) {
      for (const block of await this.blocksOf(child, depth + 1)) inside.push(block);
    }
    if (inside.length === 0 || !isCompiled || item.title.trim() === '') return inside;
    const heading: RootContent = {
      type: 'heading',
      depth: headingDepth(depth),
      children: [{ type: 'text', value: item.title.trim() }],
    };
    return [heading, ...inside];
  }

  async #text({ id, kind }: Binder): Promise<RootContent[]> {
    if (id === '' || /[/\\]|\.\./.test(id)) return [];
    // Of version 3, and of those before it.
    const name = [`Files/Data/${id}/content.rtf`, `Files/Docs/${id}.rtf`, `${id}.rtf`].find(
      (other) => this.#names.has(other),
    );
    if (name === undefined) {
      if (!/^(?:Text|Folder|DraftFolder)$/.test(kind)) this.#tally.drop('file that is no text');
      return [];
    }
    const bytes = await this.#folder.read(name, limits.rtfFile);
    if (!bytes || bytes.length === 0) return [];
    this.#read += bytes.length;
    if (this.#read > limits.rtfFile)
      throw hostile(`holds more than ${limits.rtfFile / 2 ** 20} MB of text`);
    const { prose, dropped } = readRtf(bytes);
    for (const { what, count } of dropped) this.#tally.drop(what, count);
    return this.#renumbered(prose.body.children);
  }

  /** Each document numbers its notes from 1. */
  #renumbered(blocks: readonly RootContent[]): RootContent[] {
    const from = this.#notes;
    const shift = (node: Nodes): void => {
      if (node.type === 'footnoteReference' || node.type === 'footnoteDefinition') {
        const number = Number(node.identifier) + from;
        node.identifier = String(number);
        node.label = String(number);
        this.#notes = Math.max(this.#notes, number);
      }
      if ('children' in node) for (const child of node.children) shift(child);
    };
    for (const block of blocks) shift(block);
    return [...blocks];
  }
}
