/** Every suggestion there was. */
export { History, type HistoryOptions, type HistoryQuery } from './history.ts';
