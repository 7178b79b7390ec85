export { forkEngine } from './child.ts';
export { createEngines, type Engines, type EnginesOptions } from './engines.ts';
export type { EngineClient } from './supervisor.ts';
