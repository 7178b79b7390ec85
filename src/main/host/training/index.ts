export { droppedInPlans } from './plan-file.ts';
export { createTraining, type Training, type TrainingOptions } from './training.ts';
