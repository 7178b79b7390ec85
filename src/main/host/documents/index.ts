/** Open documents: their text, their journals, their files. */
export { Documents, type DocumentsOptions } from './documents.ts';
export type { Before, Keepable, Version } from './before.ts';
export { createFree } from './free-file.ts';
export { formSchema, readJournal } from './journal.ts';
export { recoverGone, replay } from './recovery.ts';
export { createFile } from './save-file.ts';
export { assertOpens, isThere, readKnown } from './known.ts';
export { describe, encode, readTextFile, type Form } from './text-file.ts';
export { UndoStore } from './undo.ts';
