/** Documents out of the library, as a book in a file. */
export { createExport, type ExportOptions } from './export.ts';
