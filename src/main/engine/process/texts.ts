import type { Edit } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';

interface OpenText {
  readonly version: number;
  readonly text: string;
}

const stale = (): UserError =>
  new UserError('document.stale', 'The text has changed meanwhile; ask again.');

/** Replaces each [from, to); offsets are of the text before, in order. Throws RangeError. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, insert } of edits) {
    if (from < at || to < from || to > text.length) {
      throw new RangeError(`Edit [${from}, ${to}) after ${at} in a text of length ${text.length}`);
    }
    parts.push(text.slice(at, from), insert);
    at = to;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** Copies of the open documents. */
export class OpenTexts {
  readonly #texts = new Map<string, OpenText>();

  open(id: string, version: number, text: string): void {
    this.#texts.set(id, { version, text });
  }

  /** Throws RangeError for edits that do not fit; the copy is then dropped, for it is not that text. */
  edit(id: string, version: number, edits: readonly Edit[]): void {
    const open = this.#texts.get(id);
    if (!open) return;
    this.#texts.delete(id);
    this.#texts.set(id, { version, text: applyEdits(open.text, edits) });
  }

  close(id: string): void {
    this.#texts.delete(id);
  }

  /** The text of that very version. Throws UserError `document.stale`, `request.invalid`. */
  at(id: string, version: number, at: number): string {
    const open = this.#texts.get(id);
    if (open?.version !== version) throw stale();
    if (at <= open.text.length) return open.text;
    throw new UserError(
      'request.invalid',
      `A continuation was asked for at ${at} in a text of length ${open.text.length}.`,
    );
  }
}
