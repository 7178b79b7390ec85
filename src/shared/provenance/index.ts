/** Which letters of a text a voice suggested: the runs that page and host keep, and their words. */
export {
  lengthOf,
  marksFor,
  marksOf,
  noRuns,
  runsAfter,
  runsFrom,
  runsOf,
  sliceRuns,
  stretchesOf,
  unionOf,
  type Label,
  type Run,
  type Runs,
  type Stretch,
} from './runs.ts';
export { blocksOf, keptIn, tallyOf, type Block, type Tally } from './tally.ts';
