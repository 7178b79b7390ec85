/** Finds suggested text again in a text that another program changed: by its words and those around it. */
import {
  blocksOf,
  lengthOf,
  runsFrom,
  sliceRuns,
  stretchesOf,
  type Runs,
  type Stretch,
} from '../../../shared/provenance/index.ts';
import { Pace } from '../pace.ts';

/** A stretch as it stood, with what stood around it. */
export interface Quote {
  readonly from: number;
  readonly text: string;
  /** Of `text`; what is taken word by word has several. */
  readonly runs: Runs;
  readonly before: string;
  readonly after: string;
}

/** Characters around a stretch that are kept. */
const AROUND = 32;
/** A quote shorter than this could stand anywhere: so many characters around it must be the same, too. */
const SHORT = 24;
const SURE = 8;
/** Shorter ones are not looked for in halves. */
const SPLIT = 12;
/** Places of the same words that are compared, on either side of where they were. */
const PLACES = 6;
/** Characters that are searched in all; after that only what stands where it was is found. */
const BUDGET = 400_000_000;

/** The stretches of a text, ready to be found again. */
export function* quotesOf(text: string, runs: Runs): Generator<Quote> {
  for (const { from, to, stretches } of blocksOf(runs)) {
    yield {
      from,
      text: text.slice(from, to),
      runs: runsFrom(shifted(stretches, -from)),
      before: text.slice(Math.max(0, from - AROUND), from),
      after: text.slice(to, to + AROUND),
    };
  }
}

/** The runs of the text that the quotes are of, to the letter. */
export const runsOfQuotes = (quotes: readonly Quote[]): Runs =>
  runsFrom(quotes.flatMap(({ from, runs }) => shifted(stretchesOf(runs), from)));

/** The runs of `text` as far as the quotes are found in it. What is not found is dropped. */
export function anchored(text: string, quotes: Iterable<Quote>): Runs {
  const anchor = new Anchor(text);
  const found: Piece[] = [];
  for (const quote of quotes) found.push(...anchor.find(quote));
  return runsOfPieces(found);
}

/** The same, with turns for everything else of the host in between. */
export async function anchoredBetween(text: string, quotes: Iterable<Quote>): Promise<Runs> {
  const anchor = new Anchor(text);
  const found: Piece[] = [];
  const pace = new Pace();
  for (const quote of quotes) {
    found.push(...anchor.find(quote));
    if (pace.isDue) await pace.rest();
  }
  return runsOfPieces(found);
}

function runsOfPieces(found: Piece[]): Runs {
  found.sort((a, b) => a.from - b.from);
  let end = 0;
  return runsFrom(
    found.flatMap((piece) => {
      // Two that claim the same letters: the first one has them.
      const from = Math.max(piece.from, end);
      const to = piece.from + piece.quote.text.length;
      end = Math.max(end, to);
      return from < to
        ? shifted(stretchesOf(sliceRuns(piece.quote.runs, from - piece.from, Infinity)), from)
        : [];
    }),
  );
}

interface Piece {
  readonly from: number;
  readonly quote: Quote;
}

const shifted = (stretches: Iterable<Stretch>, by: number): Stretch[] =>
  [...stretches].map(({ from, to, label }) => ({ from: from + by, to: to + by, label }));

class Anchor {
  readonly #text: string;
  /** How far the last one that was found has moved. */
  #drift = 0;
  #budget = BUDGET;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whole, or as far as it stands. */
  find(quote: Quote): Piece[] {
    if (lengthOf(quote.runs) === 0) return [];
    const place = this.#placeOf(quote);
    if (place !== null) {
      this.#drift = place - quote.from;
      return [{ from: place, quote }];
    }
    const pieces = this.#halves(quote).flatMap((half) => this.find(half));
    return pieces.map((piece, i) => this.#grown(piece, quote, pieces[i - 1], pieces[i + 1]));
  }

  #placeOf({ from, text, before, after }: Quote): number | null {
    const expected = Math.max(0, from + this.#drift);
    const shared = (place: number): number =>
      sameEnd(before, this.#text.slice(Math.max(0, place - AROUND), place)) +
      sameStart(after, this.#text.slice(place + text.length, place + text.length + AROUND));
    const isSure = (place: number): boolean =>
      text.length >= SHORT || shared(place) >= Math.min(SURE, before.length + after.length);
    if (this.#text.startsWith(text, expected) && isSure(expected)) return expected;
    let best: number | null = null;
    for (const place of this.#places(text, expected)) {
      if (!isSure(place)) continue;
      if (best === null || shared(place) > shared(best)) best = place;
    }
    return best;
  }

  /** Where the words stand, nearest first on either side. */
  *#places(words: string, expected: number): Generator<number> {
    let forth = expected;
    let back = expected - 1;
    for (let i = 0; i < PLACES && this.#budget > 0; i++) {
      if (forth >= 0) {
        const found = this.#text.indexOf(words, forth);
        this.#budget -= (found < 0 ? this.#text.length : found) - forth;
        if (found >= 0) yield found;
        forth = found < 0 ? -1 : found + 1;
      }
      if (back >= 0) {
        const found = this.#text.lastIndexOf(words, back);
        this.#budget -= back - Math.max(0, found);
        if (found >= 0) yield found;
        back = found - 1;
      }
    }
  }

  /** Cut at the space nearest to the middle. */
  #halves({ from, text, runs, before, after }: Quote): readonly Quote[] {
    if (text.length < SPLIT) return [];
    const middle = text.length >> 1;
    const space = text.indexOf(' ', middle - 1);
    const cut = space < 0 || space + 1 >= text.length ? middle : space + 1;
    const [left, right] = [text.slice(0, cut), text.slice(cut)];
    return [
      {
        ...{ from, text: left, runs: sliceRuns(runs, 0, cut), before },
        after: (right + after).slice(0, AROUND),
      },
      {
        ...{ from: from + cut, text: right, runs: sliceRuns(runs, cut, Infinity), after },
        before: (before + left).slice(-AROUND),
      },
    ];
  }

  /** A piece of a quote as far as the letters beside it are those of the quote, up to the next pieces. */
  #grown({ from, quote }: Piece, whole: Quote, left?: Piece, right?: Piece): Piece {
    const start = quote.from - whole.from;
    const end = start + quote.text.length;
    const least = left ? left.quote.from + left.quote.text.length - whole.from : 0;
    const most = right ? right.quote.from - whole.from : whole.text.length;
    const shift = from - start;
    let a = start;
    let b = end;
    while (a > least && a + shift > 0 && whole.text[a - 1] === this.#text[a + shift - 1]) a--;
    while (b < most && whole.text[b] === this.#text[b + shift]) b++;
    // Half a word is the same by chance.
    while (a < start && !isEdge(whole.text, a)) a++;
    while (b > end && !isEdge(whole.text, b)) b--;
    return {
      from: a + shift,
      quote: {
        ...quote,
        from: whole.from + a,
        text: whole.text.slice(a, b),
        runs: sliceRuns(whole.runs, a, b),
      },
    };
  }
}

const isLetter = (character = ''): boolean => /[\p{L}\p{N}\p{M}]/u.test(character);

/** Whether no word goes over this place. */
const isEdge = (text: string, at: number): boolean =>
  !isLetter(text[at - 1]) || !isLetter(text[at]);

function sameStart(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function sameEnd(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[a.length - 1 - n] === b[b.length - 1 - n]) n++;
  return n;
}
