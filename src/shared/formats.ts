/** The formats of manuscripts, by the endings of their names. */
export type Format = 'md' | 'txt' | 'docx' | 'odt' | 'epub' | 'rtf' | 'html' | 'scriv';

const endings: Readonly<Record<string, Format>> = {
  md: 'md',
  markdown: 'md',
  txt: 'txt',
  docx: 'docx',
  odt: 'odt',
  epub: 'epub',
  rtf: 'rtf',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  scriv: 'scriv',
};

/** The format that a file, or a Scrivener project's folder, has by its name; null for all others. */
export function formatOf(path: string): Format | null {
  const ending = /\.([^.\\/]+)[\\/]*$/.exec(path)?.[1]?.toLowerCase();
  return ending !== undefined && Object.hasOwn(endings, ending) ? endings[ending]! : null;
}

/** Text that is read as it is, byte for byte, and that the editor opens. */
export const isPlain = (format: Format): boolean => format === 'md' || format === 'txt';

/** For a file chooser: files of all formats. A Scrivener project is a folder. */
export const acceptedEndings = Object.keys(endings)
  .filter((ending) => ending !== 'scriv')
  .map((ending) => `.${ending}`);

/** For sentences: "is not a …". */
export const readableFormats = '.docx, .odt, .epub, .rtf, .html, .md or .txt';

/** Something that a manuscript had and its text has not any more. */
export interface Dropped {
  /** In words for the writer, in the singular: "image", "comment", "deleted passage". */
  readonly what: string;
  readonly count: number;
}

/** "3 images", "1 comment"; the nouns are regular. */
export const droppedWords = ({ what, count }: Dropped): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? what : pluralOf(what)}`;

const pluralOf = (noun: string): string =>
  /(?:s|x|ch|sh)$/.test(noun)
    ? `${noun}es`
    : /[^aeiou]y$/.test(noun)
      ? `${noun.slice(0, -1)}ies`
      : `${noun}s`;

/** The same things of several manuscripts, counted together. */
export function sumOfDropped(lists: readonly (readonly Dropped[])[]): readonly Dropped[] {
  const counts = new Map<string, number>();
  for (const { what, count } of lists.flat()) counts.set(what, (counts.get(what) ?? 0) + count);
  return [...counts].map(([what, count]) => ({ what, count }));
}
