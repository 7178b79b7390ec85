/** What the writer set, and how small values are kept on the disk. */
export { JsonFile, type JsonFileOptions } from './json-file.ts';
export { SettingsStore } from './settings.ts';
