import type { Edit } from '../../../shared/api/index.ts';
import { ChunkedText } from '../../../shared/chunked-text.ts';
import { UserError } from '../../../shared/errors.ts';

interface OpenText {
  version: number;
  readonly text: ChunkedText;
}

const stale = (): UserError =>
  new UserError('document.stale', 'The text has changed meanwhile; ask again.');

/** Copies of the open documents. They are put together only where they are read: edits come with every key. */
export class OpenTexts {
  readonly #texts = new Map<string, OpenText>();

  open(id: string, version: number, text: string): void {
    this.#texts.set(id, { version, text: new ChunkedText(text) });
  }

  /** Throws RangeError for edits that do not fit; the copy is then dropped, for it is not that text. */
  edit(id: string, version: number, edits: readonly Edit[]): void {
    const open = this.#texts.get(id);
    if (!open) return;
    if (!open.text.fits(edits)) {
      this.#texts.delete(id);
      throw new RangeError(`Edits of a text of length ${open.text.length} do not fit`);
    }
    open.text.apply(edits);
    open.version = version;
  }

  close(id: string): void {
    this.#texts.delete(id);
  }

  /** The text of that very version. Throws UserError `document.stale`, `request.invalid`. */
  at(id: string, version: number, at: number): string {
    const open = this.#texts.get(id);
    if (open?.version !== version) throw stale();
    if (at <= open.text.length) return open.text.toString();
    throw new UserError(
      'request.invalid',
      `A continuation was asked for at ${at} in a text of length ${open.text.length}.`,
    );
  }
}
