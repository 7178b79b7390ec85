/** The files of the page with their headers, for whatever serves them. */
export { loadPage, policy, type Answer, type Page } from './page.ts';
