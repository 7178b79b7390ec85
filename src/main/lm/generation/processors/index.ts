export { dry } from './dry.ts';
export { forbid } from './forbid.ts';
export { minP } from './min-p.ts';
export type { Processor } from './processor.ts';
export { spelling } from './spelling.ts';
export { temperature } from './temperature.ts';
export { topK } from './top-k.ts';
export { topP } from './top-p.ts';
export { typical } from './typical.ts';
