import type { Reading } from '../prose.ts';
import { damaged, locked, Refusal } from '../refusal.ts';
import { Notes } from './notes.ts';
import { OdtBody } from './odt-body.ts';
import { OdtStyles } from './odt-styles.ts';
import { Tally } from './tally.ts';
import { decodeXml, readXml } from './xml.ts';
import type { Zip } from './zip.ts';

/** OpenDocument's text, .odt. */
export async function readOdt(zip: Zip): Promise<Reading> {
  const xmlOf = async (part: string): Promise<string | null> => {
    const bytes = await zip.read(part);
    return bytes && decodeXml(bytes);
  };
  await assertOpen(zip);
  const content = await xmlOf('content.xml');
  if (content === null) throw damaged();
  const styles = new OdtStyles();
  const named = await xmlOf('styles.xml');
  const tally = new Tally();
  if (named !== null) {
    styles.read(named);
    countEdges(named, tally);
  }
  styles.read(content);
  const notes = new Notes();
  const body = new OdtBody(styles, notes, tally);
  readXml(content, body);
  if (!body.isText) {
    throw new Refusal('text.unsupported', 'holds no text document; choose a text document.');
  }
  const meta = readMeta((await xmlOf('meta.xml')) ?? '<none/>');
  const { flow } = body;
  return {
    prose: {
      title: flow.title ?? meta.title,
      author: flow.author ?? meta.author,
      language: meta.language ?? styles.language,
      body: { type: 'root', children: [...flow.blocks, ...notes.definitions] },
    },
    dropped: tally.dropped,
  };
}

/** The parts of a file with a password are locked, the list of them is not. */
async function assertOpen(zip: Zip): Promise<void> {
  const manifest = await zip.read('META-INF/manifest.xml');
  if (!manifest) return;
  readXml(decodeXml(manifest), {
    open(name) {
      if (name === 'manifest:encryption-data') throw locked();
    },
    close: () => undefined,
  });
}

/** Headers and footers of pages that hold text. */
function countEdges(xml: string, tally: Tally): void {
  let edge: 'page header' | 'page footer' | null = null;
  let depth = 0;
  readXml(xml, {
    open(name) {
      if (depth > 0) depth++;
      else if (/^style:(?:header|footer)(?:-left|-first)?$/.test(name)) {
        edge = name.startsWith('style:header') ? 'page header' : 'page footer';
        depth = 1;
      }
    },
    close() {
      if (depth > 0) depth--;
    },
    text(text) {
      if (depth === 0 || edge === null || !/\p{L}/u.test(text)) return;
      tally.drop(edge);
      edge = null;
    },
  });
}

function readMeta(xml: string): Pick<Reading['prose'], 'title' | 'author' | 'language'> {
  const found = new Map<string, string>();
  let field = '';
  readXml(xml, {
    open: (name) => (field = name),
    close: () => (field = ''),
    text(text) {
      if (text.trim() !== '') found.set(field, (found.get(field) ?? '') + text);
    },
  });
  return {
    title: found.get('dc:title')?.trim() ?? null,
    author: (found.get('meta:initial-creator') ?? found.get('dc:creator'))?.trim() ?? null,
    language: found.get('dc:language')?.trim() ?? null,
  };
}
