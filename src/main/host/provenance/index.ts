/** Which words of the documents are suggested: kept beside them, found again, and told. */
export { Disclosures } from './disclosures.ts';
export { MarksStore, type TextWithRuns } from './marks-store.ts';
