const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** As people count: "Chapter 2" before "Chapter 10". */
export const byName = (a: string, b: string): number => collator.compare(a, b);

interface Named {
  readonly kind: 'folder' | 'document';
  readonly name: string;
}

/** The order of a library, and of a book that is made of it: folders first, then by name. */
export const inReadingOrder = (a: Named, b: Named): number =>
  a.kind === b.kind ? byName(a.name, b.name) : a.kind === 'folder' ? -1 : 1;
