import type { Tally } from './tally.ts';

/** A field of Word's, such as a table of contents: its instruction, then what it last gave. */
interface Field {
  instruction: string;
  shows: boolean;
}

const contents = /^\s*(?:TOC|INDEX|TOA)\b/i;

/** Fields within each other: their last results are text, contents and indexes are left out. */
export class DocxFields {
  readonly #tally: Tally;
  readonly #open: Field[] = [];

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Not an instruction, nor in contents. */
  get isShown(): boolean {
    return this.#open.every(({ shows, instruction }) => shows && !contents.test(instruction));
  }

  /** w:fldSimple, which has its instruction with it. */
  begin(instruction: string): void {
    this.#open.push({ instruction, shows: true });
  }

  end(): void {
    this.#open.pop();
  }

  /** w:fldChar: "begin", "separate" or "end". */
  mark(kind: string | undefined): void {
    const field = this.#open.at(-1);
    if (kind === 'begin') this.#open.push({ instruction: '', shows: false });
    else if (kind === 'end') this.end();
    else if (kind === 'separate' && field) field.shows = true;
  }

  /** w:instrText */
  instruct(text: string): void {
    const field = this.#open.at(-1);
    if (field && !field.shows) field.instruction += text;
  }

  /** The field that shows from now on is counted where it is left out. */
  count(): void {
    const instruction = this.#open.at(-1)?.instruction ?? '';
    if (!contents.test(instruction)) return;
    this.#tally.drop(/^\s*INDEX/i.test(instruction) ? 'index' : 'table of contents');
  }
}
