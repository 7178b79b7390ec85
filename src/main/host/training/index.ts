export { createTraining, type Training, type TrainingOptions } from './training.ts';
