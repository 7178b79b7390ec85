import type { TextConfig, UnitsConfig } from '../../../shared/config.ts';
import { UserError } from '../../../shared/errors.ts';
import { countWords } from '../../../shared/words.ts';
import { LexiconCounter, type Lexicon } from './lexicon.ts';
import { addChanges, noChanges, normalise, type Changes } from './normalise.ts';
import { cutAt, slicesOf } from './slices.ts';
import { TokenBuffer, type TokenStream } from './tokens.ts';
import { createTrainer } from './train-units.ts';
import { UNKNOWN, type Units } from './units.ts';

export interface Document {
  readonly name: string;
  readonly text: string;
}

/** Documents that can be read again: a corpus is read twice, so that it need not be held. */
export type Source = () => Iterable<Document> | AsyncIterable<Document>;

export interface DocumentReport {
  readonly name: string;
  readonly words: number;
  /** UTF-16 code units, after cleaning. */
  readonly characters: number;
  readonly changes: Changes;
}

/** What was read and changed, file by file and in all. */
export interface CorpusReport {
  readonly documents: readonly DocumentReport[];
  readonly words: number;
  readonly characters: number;
  readonly changes: Changes;
  /** Share of tokens, 0 to 1, that are UNKNOWN. */
  readonly unknown: number;
}

export interface Corpus {
  readonly units: Units;
  readonly train: TokenStream;
  /** The end of every document, in the same layout; empty when nothing is held back. */
  readonly heldBack: TokenStream;
  /** Words of the training part; null for units that need none, for they are words or parts of them. */
  readonly lexicon: Lexicon | null;
  readonly report: CorpusReport;
}

/** Fewest training tokens worth a voice. */
const FEWEST = 200;

/**
 * Makes a corpus of a source: cleans each document, holds back its end, counts units, numbers them.
 * One document is in memory at a time. The vocabulary comes from the training part alone, save an
 * alphabet of characters, which is that of the whole.
 *
 * @param units a choice of units to train, or units there are already
 * @param pause awaited every million characters, so that the caller's event loop can turn
 * @throws UserError `text.empty` for a document without text, `text.too-short` for the whole
 */
export async function buildCorpus(
  source: Source,
  text: TextConfig,
  units: UnitsConfig | Units,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<Corpus> {
  const chosen = 'encode' in units ? units : await countUnits(source, text, units, pause);
  const train = new TokenBuffer(chosen.size);
  const heldBack = new TokenBuffer(chosen.size);
  const lexicon = chosen.config.kind === 'char' ? new LexiconCounter() : null;
  const documents: DocumentReport[] = [];
  let unknown = 0;
  let total = 0;
  for await (const document of source()) {
    const { clean, cut, changes } = prepare(document, text);
    let words = 0;
    for (const [buffer, part] of [
      [train, clean.slice(0, cut)],
      [heldBack, clean.slice(cut)],
    ] as const) {
      if (part === '') continue;
      buffer.open();
      for (const slice of slicesOf(part)) {
        const tokens = chosen.encode(slice);
        buffer.add(tokens, slice.length);
        if (buffer === train) lexicon?.add(slice);
        for (const token of tokens) if (token === UNKNOWN) unknown++;
        total += tokens.length;
        words += countWords(slice);
        await pause();
      }
    }
    documents.push({ name: document.name, words, characters: clean.length, changes });
  }
  const stream = train.finish();
  if (stream.ids.length < FEWEST) throw tooShort(documents, stream.ids.length);
  return {
    units: chosen,
    train: stream,
    heldBack: heldBack.finish(),
    lexicon: lexicon?.lexicon() ?? null,
    report: {
      documents,
      words: documents.reduce((n, d) => n + d.words, 0),
      characters: documents.reduce((n, d) => n + d.characters, 0),
      changes: documents.reduce((sum, d) => addChanges(sum, d.changes), noChanges()),
      unknown: total > 0 ? unknown / total : 0,
    },
  };
}

async function countUnits(
  source: Source,
  text: TextConfig,
  config: UnitsConfig,
  pause: () => Promise<void>,
): Promise<Units> {
  const trainer = createTrainer(config);
  for await (const document of source()) {
    const { clean, cut } = prepare(document, text);
    for (const slice of slicesOf(clean.slice(0, cut))) {
      trainer.add(slice, '');
      await pause();
    }
    for (const slice of slicesOf(clean.slice(cut))) {
      trainer.add('', slice);
      await pause();
    }
  }
  return trainer.units();
}

function prepare(
  { name, text }: Document,
  config: TextConfig,
): { clean: string; cut: number; changes: Changes } {
  const { text: clean, changes } = normalise(text, config);
  if (!/\S/.test(clean)) {
    throw new UserError(
      'text.empty',
      `${name} holds no text to learn from; leave it out, or change how text is cleaned.`,
    );
  }
  return { clean, cut: cutAt(clean, config.heldBack), changes };
}

function tooShort(documents: readonly DocumentReport[], tokens: number): UserError {
  const names = documents.slice(0, 3).map(({ name }) => name);
  if (documents.length > 3) names.push(`${documents.length - 3} more`);
  const what = names.length === 0 ? 'No file was given, which' : names.join(', ');
  return new UserError(
    'text.too-short',
    `${what} is too short to learn from (${tokens} units for training, at least ${FEWEST} are needed); add more of your writing.`,
  );
}
