/** The voices of this computer, and where the texts lie that they are trained on. */
export { Sources } from './sources.ts';
export { Voices, type VoicesOptions } from './voices.ts';
