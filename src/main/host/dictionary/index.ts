/** What counts as spelled right in one library: its names, and the words that its writer added. */
export { addedSchema, Dictionary, knownNamesSchema } from './dictionary.ts';
export { Names } from './names.ts';
