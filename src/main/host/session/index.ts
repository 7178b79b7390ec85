/** What Understudy remembers from one start to the next. */
export { SessionStore } from './session.ts';
