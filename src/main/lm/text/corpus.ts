import { UserError } from '../../../shared/errors.ts';
import type { TextConfig, UnitsConfig } from '../../../shared/config.ts';
import { countWords, normalise, type Changes } from './normalise.ts';
import { TokenBuffer, type TokenStream } from './tokens.ts';
import { UnitsTrainer } from './train-units.ts';
import { BOUNDARY, UNKNOWN, type Units } from './units.ts';

export interface Document {
  readonly name: string;
  readonly text: string;
}

/** What was read and changed, file by file. */
export interface CorpusReport {
  readonly documents: readonly {
    readonly name: string;
    readonly words: number;
    readonly characters: number;
    readonly changes: Changes;
  }[];
  readonly words: number;
  readonly characters: number;
  /** Share of tokens that are unknown. */
  readonly unknown: number;
}

export interface Corpus {
  readonly units: Units;
  /** [BOUNDARY, document 1, BOUNDARY, document 2, ..., BOUNDARY] */
  readonly train: TokenStream;
  /** The end of every document, in the same layout. */
  readonly heldBack: TokenStream;
  readonly report: CorpusReport;
}

export type Source = () => Iterable<Document> | AsyncIterable<Document>;

/** Fewest training tokens worth a voice. */
const FEWEST = 200;

/**
 * Where a document's held-back part begins: at the paragraph, line or word that starts nearest after
 * its share.
 */
export function cutAt(text: string, heldBack: number): number {
  if (heldBack <= 0) return text.length;
  const target = Math.floor(text.length * (1 - heldBack));
  const reach = Math.max(20, Math.floor(text.length * heldBack * 0.3));
  for (const mark of ['\n\n', '\n', ' ']) {
    const found = text.indexOf(mark, target);
    if (found >= 0 && found - target < reach) return found + mark.length;
  }
  return target;
}

/**
 * Reads a source twice (to count units, then to number them), one document in memory at a time.
 * Documents stay apart: a boundary stands between them.
 *
 * @param units a choice of units to train, or units there are already
 * @throws UserError `text.empty`, `text.too-short`
 */
export async function buildCorpus(
  source: Source,
  text: TextConfig,
  units: UnitsConfig | Units,
): Promise<Corpus> {
  const documents: CorpusReport['documents'][number][] = [];
  const trainer = 'kind' in units ? new UnitsTrainer(units) : null;
  for await (const document of source()) {
    const { text: clean, changes } = normalise(document.text, text);
    if (clean.trim() === '') {
      throw new UserError(
        'text.empty',
        `${document.name} holds no text after cleaning; leave it out or change the cleaning options.`,
      );
    }
    const cut = cutAt(clean, text.heldBack);
    trainer?.add(clean.slice(0, cut), clean.slice(cut));
    documents.push({
      name: document.name,
      words: countWords(clean),
      characters: clean.length,
      changes,
    });
  }
  const chosen = trainer ? trainer.units() : (units as Units);

  const train = new TokenBuffer(chosen.size);
  const heldBack = new TokenBuffer(chosen.size);
  let unknown = 0;
  for await (const document of source()) {
    const { text: clean } = normalise(document.text, text);
    const cut = cutAt(clean, text.heldBack);
    for (const [buffer, part] of [
      [train, clean.slice(0, cut)],
      [heldBack, clean.slice(cut)],
    ] as const) {
      if (part === '') continue;
      const tokens = chosen.encode(part);
      for (const token of tokens) if (token === UNKNOWN) unknown++;
      buffer.add(tokens, part.length);
    }
  }
  const stream = train.finish(BOUNDARY);
  if (stream.ids.length < FEWEST) {
    const names = documents.map(({ name }) => name).join(', ');
    throw new UserError(
      'text.too-short',
      `${names} is too short to learn from (${stream.ids.length} units, at least ${FEWEST}); add more of your writing.`,
    );
  }
  const held = heldBack.finish(BOUNDARY);
  return {
    units: chosen,
    train: stream,
    heldBack: held,
    report: {
      documents,
      words: documents.reduce((n, d) => n + d.words, 0),
      characters: documents.reduce((n, d) => n + d.characters, 0),
      unknown: unknown / (stream.ids.length + held.ids.length),
    },
  };
}
