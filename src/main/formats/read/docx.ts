import type { RootContent } from 'mdast';
import { damaged, Refusal } from '../refusal.ts';
import type { Reading } from '../prose.ts';
import { DocxBody, type Surroundings } from './docx-body.ts';
import { Lists } from './docx-lists.ts';
import { Styles } from './docx-styles.ts';
import { Notes } from './notes.ts';
import { Tally } from './tally.ts';
import { decodeXml, readXml } from './xml.ts';
import type { Zip } from './zip.ts';

interface Relation {
  readonly id: string;
  /** The last word of its address: "styles", "footnotes", "hyperlink". */
  readonly type: string;
  readonly target: string;
  readonly isOutside: boolean;
}

/** The relations of a part, or of the file for "". */
async function relationsOf(zip: Zip, part: string): Promise<readonly Relation[]> {
  const slash = part.lastIndexOf('/') + 1;
  const bytes = await zip.read(`${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`);
  const relations: Relation[] = [];
  if (!bytes) return relations;
  readXml(decodeXml(bytes), {
    open(name, { Id = '', Type = '', Target = '', TargetMode }) {
      if (name !== 'rel:Relationship') return;
      const isOutside = TargetMode === 'External';
      const target = isOutside ? Target : resolved(part.slice(0, slash), Target);
      relations.push({ id: Id, type: Type.split('/').at(-1)!, target, isOutside });
    },
    close: () => undefined,
  });
  return relations;
}

const resolved = (folder: string, target: string): string =>
  decodeURI(new URL(target, `zip:///${folder}`).pathname).replace(/^\/+/, '');

/** Word's own part of a file, or null for one of another program. */
export async function docxPart(zip: Zip): Promise<string | null> {
  const relations = await relationsOf(zip, '');
  const target = relations.find(({ type }) => type === 'officeDocument')?.target;
  if (target === undefined || !zip.has(target))
    return zip.has('word/document.xml') ? 'word/document.xml' : null;
  return target.startsWith('word/') || zip.has('word/document.xml') ? target : null;
}

/**
 * Word's .docx. Read by ourselves and not by a library: mammoth forgets what is centred, and so scene
 * breaks, and does not tell what it leaves out.
 */
export async function readDocx(zip: Zip, part: string): Promise<Reading> {
  const relations = await relationsOf(zip, part);
  const xmlOf = async (target: string): Promise<string | null> => {
    const bytes = await zip.read(target);
    return bytes && decodeXml(bytes);
  };
  const partOf = async (type: string): Promise<string | null> => {
    const relation = relations.find((other) => other.type === type && !other.isOutside);
    return relation ? xmlOf(relation.target) : null;
  };
  const tally = new Tally();
  const around: Surroundings = {
    styles: new Styles(),
    lists: new Lists(),
    notes: new Notes(),
    tally,
    links: linksOf(relations),
  };
  const styles = await partOf('styles');
  if (styles !== null) around.styles.read(styles);
  const lists = await partOf('numbering');
  if (lists !== null) around.lists.read(lists);

  const text = await xmlOf(part);
  if (text === null) throw damaged();
  const body = new DocxBody(around);
  readXml(text, body);
  for (const kind of ['footnote', 'endnote'] as const) {
    const xml = await partOf(`${kind}s`);
    if (xml === null) continue;
    const relation = relations.find(({ type }) => type === `${kind}s`)!;
    const links = linksOf(await relationsOf(zip, relation.target));
    readNotes(xml, kind, { ...around, links });
  }
  for (const kind of ['header', 'footer'] as const) {
    for (const { target } of relations.filter(({ type }) => type === kind)) {
      const xml = await xmlOf(target);
      if (xml !== null && hasText(xml)) tally.drop(`page ${kind}`);
    }
  }
  const core = await corePart(zip);
  const { flow } = body;
  return {
    prose: {
      title: flow.title ?? core.title,
      author: flow.author ?? core.author,
      language: core.language ?? around.styles.language,
      body: { type: 'root', children: [...flow.blocks, ...around.notes.definitions] },
    },
    dropped: tally.dropped,
  };
}

/** Links that a reader could follow. */
function linksOf(relations: readonly Relation[]): ReadonlyMap<string, string> {
  return new Map(
    relations
      .filter(({ type, target }) => type === 'hyperlink' && /^(?:https?|mailto):/i.test(target))
      .map(({ id, target }) => [id, target]),
  );
}

/** Each note is read as a body of its own. */
function readNotes(xml: string, kind: 'footnote' | 'endnote', around: Surroundings): void {
  let body: DocxBody | null = null;
  let id = '';
  let isNote = false;
  readXml(xml, {
    open(name, attributes) {
      if (name === `w:${kind}`) {
        id = attributes['w:id'] ?? '';
        // The others are the lines between the text and its notes.
        isNote = attributes['w:type'] === undefined || attributes['w:type'] === 'normal';
        body = isNote ? new DocxBody(around) : null;
      } else body?.open(name, attributes);
    },
    close(name) {
      if (name !== `w:${kind}`) return body?.close(name);
      if (body) around.notes.define(`${kind} ${id}`, body.flow.blocks satisfies RootContent[]);
      body = null;
    },
    text: (text) => body?.text(text),
  });
}

function hasText(xml: string): boolean {
  let inText = false;
  let found = false;
  readXml(xml, {
    open: (name) => (inText = name === 'w:t'),
    close: () => (inText = false),
    text: (text) => (found ||= inText && /[\p{L}]/u.test(text)),
  });
  return found;
}

interface Page {
  title: string | null;
  author: string | null;
  language: string | null;
}

async function corePart(zip: Zip): Promise<Page> {
  const page: Page = { title: null, author: null, language: null };
  const relation = (await relationsOf(zip, '')).find(({ type }) => type === 'core-properties');
  const bytes = relation ? await zip.read(relation.target) : null;
  if (!bytes) return page;
  const fields: Readonly<Record<string, keyof Page>> = {
    'dc:title': 'title',
    'dc:creator': 'author',
    'dc:language': 'language',
  };
  let field: keyof Page | undefined;
  try {
    readXml(decodeXml(bytes), {
      open: (name) => (field = fields[name]),
      close: () => (field = undefined),
      text(text) {
        if (field !== undefined && text.trim() !== '') page[field] = text.trim();
      },
    });
  } catch (error) {
    // The text is whole without it, unless it was made to do harm.
    if (!(error instanceof Refusal) || error.code === 'text.hostile') throw error;
  }
  return page;
}
