/** The host: what every shell of the app is built on. */
export { createHost } from './host.ts';
export { forkEngine } from './engines/index.ts';
export { dataFolder } from '../files/data-folder.ts';
export { printWithChromium } from '../formats/print/index.ts';
export { freeNames } from './library/index.ts';
export { loadPage, type Answer, type Page } from './page/index.ts';
export type {
  EngineProcess,
  EngineRole,
  Host,
  HostOptions,
  LaunchEngine,
  Platform,
} from './types.ts';
