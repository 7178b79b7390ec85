import type { DocumentListener, OpenDocuments, TextOfDocument } from '../../src/main/host/types.ts';
import type { Edit } from '../../src/shared/api/index.ts';
import { ChunkedText } from '../../src/shared/chunked-text.ts';

/** The text after edits that fit. */
export function edited(text: string, edits: readonly Edit[]): string {
  const chunked = new ChunkedText(text);
  chunked.apply(edits);
  return chunked.toString();
}

/** Open documents that a test changes by hand. */
export class Documents implements OpenDocuments {
  readonly #documents = new Map<string, TextOfDocument>();
  readonly #listeners = new Set<DocumentListener>();

  get(path: string): TextOfDocument | null {
    return this.#documents.get(path) ?? null;
  }

  all(): readonly TextOfDocument[] {
    return [...this.#documents.values()];
  }

  follow(listener: DocumentListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  open(path: string, text: string): void {
    const document = { path, text, version: (this.get(path)?.version ?? 0) + 1 };
    this.#documents.set(path, document);
    for (const listener of this.#listeners) listener.opened(document);
  }

  edit(path: string, ...edits: Edit[]): void {
    const { text, version } = this.get(path)!;
    const next = { path, text: edited(text, edits), version: version + 1 };
    this.#documents.set(path, next);
    for (const listener of this.#listeners) listener.edited(path, next.version, edits);
  }

  close(path: string): void {
    this.#documents.delete(path);
    for (const listener of this.#listeners) listener.closed(path);
  }
}
