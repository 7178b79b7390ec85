export { generate, type GenerationEvent, type GenerationOptions } from './generate.ts';
export { checkSettings, settingsFor, type Length, type SamplingSettings } from './settings.ts';
