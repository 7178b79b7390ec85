/** Times that a name must stand inside sentences: one or two may be slips. */
const LEAST = 3;
/** A name is met at least this many times for each time that it is met in lower case. */
const RARELY = 20;

/** The parts of what has hyphens are words of their own here, as they are to Chromium's spell checker. */
const word = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu;
/** "Elinor", "McAllister", "O’Brien"; not "I’m", "NEVER" nor "R2". */
const capitalised = /^(?!\p{Lu}['’]\p{Ll})(?=.*\p{Ll})[\p{Lu}\p{Lt}][\p{L}\p{M}'’]+$/u;
/** What ties a name to a short word before it: "d’Artagnan", "l'Écosse". */
const elision = /^\p{Ll}+['’](?=\p{Lu})/u;
const possessive = /['’]s$/u;
/** All that stands between two words of one sentence. After any other sign a capital may be no name's. */
const within = /^[ \t\u00a0\u202f,;*_-]+$/;
/** Capitals of a heading say nothing. */
const heading = /^[ \t]*#{1,6}[ \t].*$/gm;

interface Met {
  /** Times inside a sentence. */
  inside: number;
  /** The ways it is written: "Elinor", "Elinor’s". The spell checker knows no form by another. */
  readonly forms: Set<string>;
}

/** Finds the names in a text that is given in pieces; no piece may end inside a word. */
export class Names {
  readonly #capitalised = new Map<string, Met>();
  readonly #lower = new Map<string, number>();

  read(piece: string): void {
    const text = piece.replace(heading, '');
    let end = -1;
    for (const { 0: form, index } of text.matchAll(word)) {
      const gap = end;
      end = index + form.length;
      const tied = form.replace(elision, '');
      if (tied === form && form === form.toLowerCase()) {
        const folded = form.replace(possessive, '');
        this.#lower.set(folded, (this.#lower.get(folded) ?? 0) + 1);
      } else if (capitalised.test(tied)) {
        const isInside = tied !== form || (gap >= 0 && within.test(text.slice(gap, index)));
        this.#meet(tied.replace(possessive, ''), form, isInside);
      }
    }
  }

  /** Every form of every name, those of the most frequent first, and at most so many. */
  found(most: number): string[] {
    return [...this.#capitalised]
      .filter(([name, { inside }]) => inside >= LEAST && this.#isRareInLowerCase(name, inside))
      .sort(([, a], [, b]) => b.inside - a.inside)
      .flatMap(([, { forms }]) => [...forms])
      .slice(0, most);
  }

  #meet(name: string, form: string, isInside: boolean): void {
    let met = this.#capitalised.get(name);
    if (!met) this.#capitalised.set(name, (met = { inside: 0, forms: new Set() }));
    met.forms.add(form);
    if (isInside) met.inside++;
  }

  #isRareInLowerCase(name: string, inside: number): boolean {
    return (this.#lower.get(name.toLowerCase()) ?? 0) * RARELY <= inside;
  }
}
