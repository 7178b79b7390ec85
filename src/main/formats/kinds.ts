/** What kind of manuscript a file is, by the ending of its name. */
export { formatOf, isPlain, readableFormats, type Format } from '../../shared/formats.ts';
