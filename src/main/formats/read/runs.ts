import type { PhrasingContent } from 'mdast';

/** How a stretch of text looks. Everything else about its look is left out. */
export interface Look {
  readonly italic: boolean;
  readonly bold: boolean;
  readonly link: string | null;
}

export const plainLook: Look = { italic: false, bold: false, link: null };

type Piece =
  | { readonly kind: 'text'; text: string; readonly look: Look }
  | { readonly kind: 'break'; readonly look: Look }
  | { readonly kind: 'note'; readonly identifier: string; readonly look: Look };

const alike = (a: Look, b: Look): boolean =>
  a.italic === b.italic && a.bold === b.bold && a.link === b.link;

/**
 * The text of one paragraph, gathered run by run. Spaces at its edges and at the edges of its lines are
 * layout, and spaces at the edges of emphasis stand outside of it, for Markdown has none there.
 */
export class Runs {
  #pieces: Piece[] = [];

  text(text: string, look: Look): void {
    if (text === '') return;
    const last = this.#pieces.at(-1);
    if (last?.kind === 'text' && alike(last.look, look)) last.text += text;
    else this.#pieces.push({ kind: 'text', text, look });
  }

  /** A new line in the same paragraph, as in verse. */
  break(look: Look = plainLook): void {
    this.#pieces.push({ kind: 'break', look });
  }

  note(identifier: string, look: Look = plainLook): void {
    this.#pieces.push({ kind: 'note', identifier, look });
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Text alone, lines by "\n". */
  get plain(): string {
    return this.#pieces
      .map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'break' ? '\n' : ''))
      .join('')
      .trim();
  }

  /** Takes the look of a whole paragraph's style off, such as the italics of a quotation. */
  without(look: Partial<Record<'italic' | 'bold', boolean>>): void {
    for (const [mark, off] of Object.entries(look)) {
      if (!off) continue;
      this.#pieces = this.#pieces.map((piece) => ({
        ...piece,
        look: { ...piece.look, [mark]: false },
      }));
    }
  }

  /** Takes off what the text begins with, where it begins so, and gives it. */
  withoutStart(start: RegExp): string | null {
    const [first] = this.#pieces;
    const found = first?.kind === 'text' ? (start.exec(first.text)?.[0] ?? null) : null;
    if (first?.kind === 'text' && found !== null) first.text = first.text.slice(found.length);
    return found;
  }

  phrasing(): PhrasingContent[] {
    return nested(spaced(trimmed(this.#pieces)), ['link', 'italic', 'bold']);
  }
}

const blank = /^[ \t\r\n\u00a0]*$/;

/** Without spaces at the ends of lines, and without lines at the ends of the paragraph. */
function trimmed(pieces: readonly Piece[]): Piece[] {
  const out = pieces.map((piece) => ({ ...piece }));
  const trim = (order: readonly Piece[], edge: RegExp): void => {
    let atEdge = true;
    for (const piece of order) {
      if (piece.kind === 'break') atEdge = true;
      else if (piece.kind === 'note') atEdge = false;
      else if (atEdge) {
        piece.text = piece.text.replace(edge, '');
        atEdge = piece.text === '';
      }
    }
  };
  trim(out, /^[ \t\r\n\u00a0]+/);
  trim(out.toReversed(), /[ \t\r\n]+$/);
  const left = out.filter((piece) => piece.kind !== 'text' || piece.text !== '');
  const isLine = (piece: Piece): boolean => piece.kind !== 'break';
  const first = left.findIndex(isLine);
  return first === -1 ? [] : left.slice(first, left.findLastIndex(isLine) + 1);
}

/** With the spaces at the edges of emphasis outside of it, and marks together where they touch again. */
function spaced(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  const add = (piece: Piece): void => {
    const last = out.at(-1);
    if (last?.kind === 'text' && piece.kind === 'text' && alike(last.look, piece.look)) {
      last.text += piece.text;
    } else out.push(piece);
  };
  pieces.forEach((piece, at) => {
    if (piece.kind !== 'text') return add(piece);
    const { look } = piece;
    const before = pieces[at - 1];
    const after = pieces[at + 1];
    if (blank.test(piece.text)) {
      // Between two stretches alike it belongs to both.
      const around = before && after && alike(before.look, after.look) ? before.look : plainLook;
      return add({ ...piece, look: around });
    }
    const [, lead, middle, trail] = /^(\s*)([\s\S]*?)(\s*)$/.exec(piece.text)!;
    const edge = (neighbour: Piece | undefined): Look => ({
      italic: look.italic && neighbour?.look.italic === true,
      bold: look.bold && neighbour?.look.bold === true,
      link: neighbour?.look.link === look.link ? look.link : null,
    });
    if (lead) add({ kind: 'text', text: lead, look: edge(before) });
    add({ kind: 'text', text: middle!, look });
    if (trail) add({ kind: 'text', text: trail, look: edge(after) });
  });
  return out;
}

type Mark = 'link' | 'italic' | 'bold';

/** Stretches of one mark after the other, the outer ones first. */
function nested(pieces: readonly Piece[], marks: readonly Mark[]): PhrasingContent[] {
  const [mark, ...inner] = marks;
  if (mark === undefined) {
    return pieces.map((piece): PhrasingContent => {
      switch (piece.kind) {
        case 'text':
          return { type: 'text', value: piece.text };
        case 'break':
          return { type: 'break' };
        case 'note':
          return {
            type: 'footnoteReference',
            identifier: piece.identifier,
            label: piece.identifier,
          };
      }
    });
  }
  const out: PhrasingContent[] = [];
  for (let at = 0; at < pieces.length;) {
    const value = pieces[at]!.look[mark];
    let end = at + 1;
    while (end < pieces.length && pieces[end]!.look[mark] === value) end++;
    const children = nested(pieces.slice(at, end), inner);
    at = end;
    if (value === false || value === null) out.push(...children);
    else if (mark === 'link') {
      const link = children;
      out.push({ type: 'link', url: String(value), children: link });
    } else out.push({ type: mark === 'italic' ? 'emphasis' : 'strong', children });
  }
  return out;
}
