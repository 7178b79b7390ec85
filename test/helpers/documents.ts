import { applyEdits } from '../../src/main/engine/process/texts.ts';
import type { DocumentListener, OpenDocuments, TextOfDocument } from '../../src/main/host/types.ts';
import type { Edit } from '../../src/shared/api/index.ts';

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
    const next = { path, text: applyEdits(text, edits), version: version + 1 };
    this.#documents.set(path, next);
    for (const listener of this.#listeners) listener.edited(path, next.version, edits);
  }

  close(path: string): void {
    this.#documents.delete(path);
    for (const listener of this.#listeners) listener.closed(path);
  }
}
