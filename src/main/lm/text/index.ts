export { Columns, createBatch, type Batch } from './batches.ts';
export {
  buildCorpus,
  type Corpus,
  type CorpusReport,
  type Document,
  type DocumentReport,
  type Source,
} from './corpus.ts';
export { type Lexicon } from './lexicon.ts';
export { normalise, type Changes } from './normalise.ts';
export { unitsFromJSON } from './read-units.ts';
export { type TokenArray, type TokenStream } from './tokens.ts';
export { trainUnits } from './train-units.ts';
export { BOUNDARY, UNKNOWN, type Units, type UnitsJSON } from './units.ts';
