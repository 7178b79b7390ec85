import type { FolderEntry, SearchHit } from '../../../shared/api/index.ts';
import type { OpenDocuments } from '../types.ts';
import type { Places } from './places.ts';
import { textOf } from './text-of.ts';
import { documentsOf } from './tree.ts';

/** Most hits that are given, in all and of one document. */
const MOST = 5000;
const MOST_OF_ONE = 500;
/** Characters of the line that are shown on each side of a hit. */
const AROUND = 60;

export interface Query {
  readonly query: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
}

const special = /[.*+?^${}()|[\]\\/-]/g;

/** Finds the text itself; straight and curly quotes count as the same. */
function patternOf({ query, matchCase, wholeWord }: Query): RegExp {
  const literal = query
    .replace(special, '\\$&')
    .replace(/['’‘]/g, "['’‘]")
    .replace(/["“”]/g, '["“”]')
    .replace(/\s+/g, '\\s+');
  const word = '[\\p{L}\\p{N}\\p{M}_]';
  const source = wholeWord ? `(?<!${word})${literal}(?!${word})` : literal;
  return new RegExp(source, matchCase ? 'gu' : 'giu');
}

function hitOf(path: string, text: string, from: number, to: number): SearchHit {
  const start = Math.max(text.lastIndexOf('\n', from - 1) + 1, from - AROUND);
  const lineEnd = text.indexOf('\n', from);
  const end = Math.min(lineEnd < 0 ? text.length : Math.max(lineEnd, from), to + AROUND);
  const excerpt = text.slice(start, end);
  return {
    path,
    from,
    to,
    excerpt,
    excerptFrom: from - start,
    excerptTo: Math.min(to, end) - start,
  };
}

/** The hits in one text, first to last. */
export function searchText(path: string, text: string, query: Query): SearchHit[] {
  const hits: SearchHit[] = [];
  for (const match of text.matchAll(patternOf(query))) {
    hits.push(hitOf(path, text, match.index, match.index + match[0].length));
    if (hits.length === MOST_OF_ONE) break;
  }
  return hits;
}

/** The hits in all documents, those of one document at a time; open ones as they are, unsaved. */
export async function* searchLibrary(
  { root, places, documents }: { root: FolderEntry; places: Places; documents: OpenDocuments },
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly SearchHit[], { readonly hits: number }, void> {
  let found = 0;
  for (const { path } of documentsOf(root)) {
    if (signal.aborted || found >= MOST) break;
    const text = await textOf(path, { places, documents });
    if (text === null) continue;
    const hits = searchText(path, text, query).slice(0, MOST - found);
    if (hits.length === 0) continue;
    found += hits.length;
    yield hits;
  }
  return { hits: found };
}
