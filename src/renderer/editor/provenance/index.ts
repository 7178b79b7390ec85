/** Which words are a voice's: kept through every change, carried by the clipboard, and shown on demand. */
export { carriedBy, carrying, copied, type Pieces } from './clipboard.ts';
export { share } from './share.ts';
export {
  markedEdits,
  marking,
  marksIn,
  provenanceField,
  provenanceState,
  setRuns,
  taking,
} from './state.ts';
export { passageAt, provenanceView, whose } from './view.ts';
