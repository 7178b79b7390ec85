import type { FootnoteDefinition, RootContent } from 'mdast';

/** Footnotes and endnotes: numbered in the order in which the text refers to them. */
export class Notes {
  readonly #numbers = new Map<string, string>();
  readonly #bodies = new Map<string, RootContent[]>();

  /** The identifier of a note for a reference to it. @param key the file's own name of it */
  refer(key: string): string {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = String(this.#numbers.size + 1);
    this.#numbers.set(key, number);
    return number;
  }

  define(key: string, body: RootContent[]): void {
    this.#bodies.set(key, body);
  }

  /** Of all that were referred to; one that the file does not hold is empty. */
  get definitions(): FootnoteDefinition[] {
    return [...this.#numbers].map(([key, identifier]): FootnoteDefinition => {
      const body = this.#bodies.get(key) ?? [];
      // Definitions hold blocks, and so do bodies; mdast's type of the one is narrower.
      const children = body as FootnoteDefinition['children'];
      return { type: 'footnoteDefinition', identifier, label: identifier, children };
    });
  }
}
