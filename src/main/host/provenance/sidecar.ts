import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { areInOrder, passageSchema, spanSchema, type Passage } from '../../../shared/api/index.ts';
import { marksOf, runsOf, type Runs } from '../../../shared/provenance/index.ts';
import { codeOf } from '../../files/atomic.ts';
import { Pace } from '../pace.ts';
import { slices } from '../slices.ts';
import { quotesOf, type Quote } from './anchor.ts';

/** What is larger is not ours. */
export const LARGEST = 64 << 20;
const FORMAT = 1;
/** UTF-16 code units of a sidecar that are encoded at once. */
const CHUNK = 1 << 16;

const quoteSchema = v.strictObject({
  from: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  text: v.pipe(v.string(), v.minLength(1)),
  before: v.string(),
  after: v.string(),
  spans: v.array(spanSchema),
});

/** All but its quotes, which are many and are checked one by one. */
const sidecarSchema = v.strictObject({
  format: v.literal(FORMAT),
  /** For people who come upon it. */
  about: v.string(),
  /** Of the text it belongs to, with \n line ends and in UTF-8. */
  sha256: v.string(),
  /** The document on this computer, where it is not beside it. */
  of: v.exactOptional(v.string()),
  passages: v.array(passageSchema),
  /** Suggested text as it stood, in order; spans count from its beginning. */
  quotes: v.array(v.unknown()),
});

/** What a sidecar says of its text. */
export interface Kept {
  readonly sha256: string;
  readonly of: string | null;
  readonly quotes: readonly Quote[];
}

export type Read =
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly kept: Kept }
  /** Not to be overwritten: it is damaged, or is not one of ours. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** A newer Understudy wrote it. */
  | { readonly kind: 'newer' };

/** Hidden, and beside its document: what syncs the folder carries it. */
export const sidecarOf = (document: string): string =>
  join(dirname(document), `.${basename(document)}.understudy.json`);

/** Whether a file of this name is the sidecar of a document, or what a sync tool made of two of them. */
export const belongsTo = (name: string, document: string): boolean =>
  name.startsWith(`.${basename(document)}.understudy`) && name.endsWith('.json');

/** SHA-256 of a text in UTF-8, in hexadecimal digits; with turns for everything else of the host in between. */
export async function hashOfText(text: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const slice of slices(text)) hash.update(slice, 'utf8');
  return hash.digest('hex');
}

/** What is written into a sidecar. */
export interface Keeping {
  /** The document's, for people. */
  readonly name: string;
  readonly text: string;
  /** Of the text. */
  readonly sha256: string;
  readonly runs: Runs;
  /** The document, where the sidecar does not lie beside it. */
  readonly of: string | null;
}

/** As it is kept: a quote is a line. With turns for everything else of the host in between. */
export async function* encodeSidecar(keeping: Keeping): AsyncGenerator<Buffer> {
  const pace = new Pace();
  let chunk = '';
  for (const line of linesOf(keeping)) {
    chunk += line;
    if (chunk.length >= CHUNK) {
      yield Buffer.from(chunk);
      chunk = '';
    }
    if (pace.isDue) await pace.rest();
  }
  yield Buffer.from(chunk);
}

function* linesOf({ name, text, sha256, runs, of }: Keeping): Generator<string> {
  const { passages } = marksOf(runs);
  const head: Omit<v.InferOutput<typeof sidecarSchema>, 'passages' | 'quotes'> = {
    format: FORMAT,
    about: `Which words of ${name} a voice suggested. Understudy keeps this beside the document; the text itself never depends on it.`,
    sha256,
    ...(of === null ? {} : { of }),
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"passages":[`;
  yield* joined(passages);
  yield `],\n"quotes":[`;
  yield* joined(quotesToKeep(text, runs, passages));
  yield `]}\n`;
}

function* joined(values: Iterable<unknown>): Generator<string> {
  let between = '\n';
  for (const value of values) {
    yield between + JSON.stringify(value);
    between = ',\n';
  }
}

function* quotesToKeep(
  text: string,
  runs: Runs,
  passages: readonly Passage[],
): Generator<v.InferOutput<typeof quoteSchema>> {
  const indices = new Map(passages.map(({ id }, index) => [id, index]));
  for (const { from, text: quoted, before, after, runs: inside } of quotesOf(text, runs)) {
    const marks = marksOf(inside);
    const spans = marks.spans.map((span) => ({
      ...span,
      passage: indices.get(marks.passages[span.passage]!.id)!,
    }));
    yield { from, text: quoted, before, after, spans };
  }
}

/** SHA-256 of a file's bytes; null where there is no file that could be read. */
export async function hashOfFile(path: string): Promise<string | null> {
  try {
    if (!(await fs.lstat(path)).isFile()) return null;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return null;
  }
}

/** Reads one; never throws for what it finds. */
export async function readSidecar(path: string): Promise<Read> {
  try {
    const stats = await fs.lstat(path);
    // A link leads elsewhere, and a pipe would never end.
    if (!stats.isFile()) return { kind: 'damaged', why: 'it is not a file' };
    if (stats.size > LARGEST) return { kind: 'damaged', why: `it has ${stats.size} bytes` };
    return await decodeSidecar(await fs.readFile(path));
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    return gone ? { kind: 'none' } : { kind: 'damaged', why: code };
  }
}

async function decodeSidecar(bytes: Buffer): Promise<Read> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { kind: 'damaged', why: 'it is not JSON' };
  }
  const later = v.safeParse(v.object({ format: v.pipe(v.number(), v.minValue(FORMAT + 1)) }), json);
  if (later.success) return { kind: 'newer' };
  const parsed = v.safeParse(sidecarSchema, json);
  if (!parsed.success) return { kind: 'damaged', why: parsed.issues[0].message };
  const { sha256, of, passages } = parsed.output;
  const quotes: Quote[] = [];
  const pace = new Pace();
  let end = 0;
  for (const one of parsed.output.quotes) {
    const quote = v.safeParse(quoteSchema, one);
    if (!quote.success) return { kind: 'damaged', why: quote.issues[0].message };
    const { spans, ...rest } = quote.output;
    const { from, text } = rest;
    const fits = areInOrder({ passages, spans }) && (spans.at(-1)?.to ?? 0) <= text.length;
    if (!fits || from < end) return { kind: 'damaged', why: 'its spans contradict each other' };
    end = from + text.length;
    quotes.push({ ...rest, runs: runsOf({ passages, spans }) });
    if (pace.isDue) await pace.rest();
  }
  return { kind: 'kept', kept: { sha256, of: of ?? null, quotes } };
}
