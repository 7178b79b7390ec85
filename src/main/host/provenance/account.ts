/** How many words of texts are whose: pure functions from texts and their marks to numbers. */
import type { Disclosure, Part } from '../../../shared/api/index.ts';
import { blocksOf, tallyOf, type Runs, type Tally } from '../../../shared/provenance/index.ts';
import { countWords } from '../../../shared/words.ts';

export interface MarkedText {
  /** Path in the library. */
  readonly path: string;
  readonly text: string;
  readonly runs: Runs;
}

/** A stretch of suggested text, for the list of them. */
export interface Excerpt {
  readonly voice: string;
  readonly at: number;
  readonly text: string;
}

/** One text of a report. */
export interface Account {
  readonly path: string;
  readonly words: number;
  readonly tallies: readonly Tally[];
  readonly excerpts: readonly Excerpt[];
}

export interface Report extends Disclosure {
  readonly accounts: readonly Account[];
  readonly made: Date;
}

export function accountOf({ path, text, runs }: MarkedText): Account {
  const slice = (from: number, to: number): string => text.slice(from, to);
  return {
    path,
    words: countWords(text),
    tallies: tallyOf(runs, slice),
    excerpts: [...blocksOf(runs)].map(({ from, to, stretches: [first] }) => {
      const { voice, at } = first!.label.passage;
      return { voice, at, text: slice(from, to).trim() };
    }),
  };
}

export const keptOf = ({ tallies }: Account): number => sum(tallies, ({ kept }) => kept);

export function reportOf(name: string, accounts: readonly Account[], made: Date): Report {
  const tallies = joined(accounts.flatMap((account) => account.tallies));
  const words = sum(accounts, (account) => account.words);
  const kept = sum(tallies, (tally) => tally.kept);
  const figures = {
    name,
    documents: accounts.length,
    words,
    own: words - kept,
    kept,
    changed: sum(tallies, changedOf),
    voices: partsOf(tallies, ({ passage }) => passage.voice).sort((a, b) => b.kept - a.kept),
    days: partsOf(tallies, ({ passage }) => dayOf(passage.at)).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
  };
  return { ...figures, sentence: sentenceOf(figures), accounts, made };
}

/** 12,345 */
export const shown = (words: number): string => words.toLocaleString('en');

/** "9.8 %" */
export function share(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return 'under 0.1 %';
  return `${percent.toLocaleString('en', { maximumFractionDigits: 1 })} %`;
}

const wordsOf = (words: number): string => (words === 1 ? '1 word' : `${shown(words)} words`);

function sentenceOf({
  name,
  words,
  kept,
  changed,
  voices,
}: Pick<Disclosure, 'name' | 'words' | 'kept' | 'changed' | 'voices'>): string {
  if (voices.length === 0) {
    return `“${name}” has ${wordsOf(words)}; Understudy has no record of any that a language model suggested.`;
  }
  const names = voices.map((voice) => voice.name);
  const list =
    names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
  const model = `the language model${names.length === 1 ? '' : 's'} ${list} in Understudy`;
  const were = (count: number): string => (count === 1 ? 'was' : 'were');
  const edited =
    changed === 0
      ? ''
      : `; ${shown(changed)} more ${were(changed)} suggested and then changed or removed by the author`;
  return `“${name}” has ${wordsOf(words)}. ${shown(kept)} of them (${share(kept, words)}) ${were(kept)} suggested by ${model} and ${kept === 1 ? 'stands' : 'stand'} as suggested${edited}.`;
}

/** A passage of which there is something in several texts was taken once. */
function joined(tallies: readonly Tally[]): readonly Tally[] {
  const byId = new Map<string, Tally>();
  for (const { passage, taken, kept } of tallies) {
    const other = byId.get(passage.id);
    byId.set(passage.id, {
      passage,
      taken: Math.max(taken, other?.taken ?? 0),
      kept: kept + (other?.kept ?? 0),
    });
  }
  return [...byId.values()];
}

const changedOf = ({ taken, kept }: Tally): number => Math.max(0, taken - kept);

function partsOf(tallies: readonly Tally[], nameOf: (tally: Tally) => string): Part[] {
  return [...Map.groupBy(tallies, nameOf)].map(([name, group]) => ({
    name,
    // What stands twice was taken at least as often.
    taken: sum(group, ({ taken, kept }) => Math.max(taken, kept)),
    kept: sum(group, ({ kept }) => kept),
  }));
}

function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((all, item) => all + of(item), 0);
