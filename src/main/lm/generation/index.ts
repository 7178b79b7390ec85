export {
  generate,
  generateText,
  type Continuation,
  type GenerationEvent,
  type GenerationOptions,
  type Reason,
} from './generate.ts';
export {
  checkSettings,
  settingsFor,
  type DryConfig,
  type Length,
  type SamplingSettings,
} from './settings.ts';
