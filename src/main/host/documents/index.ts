/** Open documents: their text, their journals, their files. */
export { Documents, type DocumentsOptions } from './documents.ts';
export { readJournal } from './journal.ts';
export { recoverGone, replay } from './recovery.ts';
export { createFile } from './save-file.ts';
export { encode, LARGEST, readTextFile } from './text-file.ts';
export { UndoStore } from './undo.ts';
