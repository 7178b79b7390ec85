/** What documents are exported to. */
export const bookFormats = ['docx', 'epub', 'pdf', 'html', 'md', 'txt'] as const;
export type BookFormat = (typeof bookFormats)[number];

/** As writers name them. */
export const bookFormatNames: Readonly<Record<BookFormat, string>> = {
  docx: 'Word',
  epub: 'EPUB',
  pdf: 'PDF',
  html: 'Web page',
  md: 'Markdown',
  txt: 'Plain text',
};

/** By the ending of a file's name; null for all others. */
export function bookFormatOf(path: string): BookFormat | null {
  const ending = /\.([^.\\/]+)$/.exec(path)?.[1]?.toLowerCase();
  if (ending === 'htm') return 'html';
  if (ending === 'markdown') return 'md';
  return bookFormats.find((format) => format === ending) ?? null;
}

export const pageSizes = ['a4', 'letter'] as const;
export type PageSize = (typeof pageSizes)[number];

/** Where paper is cut to Letter. */
const letterRegions = new Set('US CA MX PH CL CO VE GT CR PA SV NI DO PR BZ'.split(' '));

/** The paper of a place. @param locale BCP 47; where it names no region, the likeliest one counts */
export function pageSizeOf(locale: string): PageSize {
  try {
    const { region } = new Intl.Locale(locale).maximize();
    return region !== undefined && letterRegions.has(region) ? 'letter' : 'a4';
  } catch (error) {
    if (error instanceof RangeError) return 'a4';
    throw error;
  }
}
