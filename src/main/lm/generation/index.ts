export { contextOf, REACH, type Context } from './context.ts';
export { generate, generateText } from './generate.ts';
export { heal, type Healed } from './healing.ts';
export type { Reason } from './alternative.ts';
export {
  LOOK_BACK,
  write,
  type Continuation,
  type GenerationEvent,
  type GenerationOptions,
  type Reading,
  type Written,
} from './write.ts';
export {
  checkSettings,
  settingsFor,
  strongDry,
  type DryConfig,
  type Length,
  type SamplingSettings,
} from './settings.ts';
