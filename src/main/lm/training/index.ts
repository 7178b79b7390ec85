export { estimateMemory } from './memory.ts';
export { bitsPerCharacter, spellingNats } from './bits.ts';
export { exhausted, judge, noLearning, type Learning } from './early-stopping.ts';
export { readHeldBack, type Reading } from './evaluation.ts';
export { faultOf } from './faults.ts';
export { forgetSome } from './forgetting.ts';
export { train, type Ending, type LoopOptions } from './loop.ts';
export { measure, type Measured } from './measure.ts';
export { checkConfig, planText, planVoice, type Choices, type Overrides } from './plan.ts';
export {
  learningRate,
  planBudget,
  planEvaluations,
  type Budget,
  type EvaluationPlan,
} from './schedule.ts';
export type { Best, Progress, Snapshot } from './snapshot.ts';
