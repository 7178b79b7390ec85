import type { Root } from 'mdast';
import type { Dropped } from '../../shared/formats.ts';

export type { Dropped };

/**
 * A manuscript, whatever format it came in or goes to: its text as a Markdown syntax tree (mdast, with
 * the footnotes and tables of GitHub Flavored Markdown), and what stands on its title page.
 */
export interface Prose {
  readonly title: string | null;
  readonly author: string | null;
  /** BCP 47, such as "en-GB". */
  readonly language: string | null;
  readonly body: Root;
}

export interface Reading {
  readonly prose: Prose;
  readonly dropped: readonly Dropped[];
}
