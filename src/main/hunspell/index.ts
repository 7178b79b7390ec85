/** Hunspell's dictionaries (.aff, .dic), made into the one file that Chromium's spell checker reads (.bdic). */
export { dictionary, type Hunspell } from './dictionary.ts';
