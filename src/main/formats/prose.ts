import type { Root } from 'mdast';

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

/** Something that a manuscript had and its text has not any more. */
export interface Dropped {
  /** In words for the writer, in the singular: "image", "comment", "deleted passage". */
  readonly what: string;
  readonly count: number;
}

export interface Reading {
  readonly prose: Prose;
  readonly dropped: readonly Dropped[];
}
