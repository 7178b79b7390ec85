import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { areInOrder, passageSchema, spanSchema } from '../../../shared/api/index.ts';
import { marksOf, runsOf, type Runs } from '../../../shared/provenance/index.ts';
import { codeOf } from '../../files/atomic.ts';
import { quotesOf, type Quote } from './anchor.ts';

/** What is larger is not ours. */
export const LARGEST = 64 << 20;
const FORMAT = 1;

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
  quotes: v.array(
    v.strictObject({
      from: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      text: v.pipe(v.string(), v.minLength(1)),
      before: v.string(),
      after: v.string(),
      spans: v.array(spanSchema),
    }),
  ),
});

/** What a sidecar says of its text. */
export interface Kept {
  readonly sha256: string;
  readonly of: string | null;
  readonly quotes: readonly Quote[];
}

export type Read =
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly kept: Kept; readonly hash: string }
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

export const hashOfText = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex');

/** As it is kept. `of` is the document, where the sidecar does not lie beside it. */
export function encodeSidecar(name: string, text: string, runs: Runs, of: string | null): Buffer {
  const { passages } = marksOf(runs);
  const indices = new Map(passages.map(({ id }, index) => [id, index]));
  const quotes = quotesOf(text, runs).map(({ from, text, before, after, runs }) => {
    const marks = marksOf(runs);
    const spans = marks.spans.map((span) => ({
      ...span,
      passage: indices.get(marks.passages[span.passage]!.id)!,
    }));
    return { from, text, before, after, spans };
  });
  const sidecar: v.InferOutput<typeof sidecarSchema> = {
    format: FORMAT,
    about: `Which words of ${name} a voice suggested. Understudy keeps this beside the document; the text itself never depends on it.`,
    sha256: hashOfText(text),
    ...(of === null ? {} : { of }),
    passages,
    quotes,
  };
  return Buffer.from(`${JSON.stringify(sidecar, null, 1)}\n`);
}

/** Reads one; never throws for what it finds. */
export async function readSidecar(path: string): Promise<Read> {
  try {
    const stats = await fs.lstat(path);
    // A link leads elsewhere, and a pipe would never end.
    if (!stats.isFile()) return { kind: 'damaged', why: 'it is not a file' };
    if (stats.size > LARGEST) return { kind: 'damaged', why: `it has ${stats.size} bytes` };
    return decodeSidecar(await fs.readFile(path));
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    return gone ? { kind: 'none' } : { kind: 'damaged', why: code };
  }
}

function decodeSidecar(bytes: Buffer): Read {
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
  const { sha256, of, passages, quotes } = parsed.output;
  let end = 0;
  for (const { from, text, spans } of quotes) {
    const fits = areInOrder({ passages, spans }) && (spans.at(-1)?.to ?? 0) <= text.length;
    if (!fits || from < end) return { kind: 'damaged', why: 'its spans contradict each other' };
    end = from + text.length;
  }
  const kept: Kept = {
    sha256,
    of: of ?? null,
    quotes: quotes.map(({ spans, ...quote }) => ({ ...quote, runs: runsOf({ passages, spans }) })),
  };
  return { kind: 'kept', kept, hash: createHash('sha256').update(bytes).digest('hex') };
}
