import type { Length } from './settings.ts';

/** What a rule says of a text so far. */
export interface Verdict {
  /** Where the text is complete, or null while it is not. */
  readonly end: number | null;
  /** Text before this place stays, whatever comes. */
  readonly certain: number;
}

/** Looks at a text that only grows; remembers how far it has judged. */
export interface StopRule {
  scan(text: string): Verdict;
}

const CLOSERS = '["\'”’»›)\\]」』）】》*_]*';
const closers = new RegExp(CLOSERS, 'uy');
// Ideographic scripts and Thai: a character is a word, as word processors count them.
const IDEOGRAPH = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}';
const WORD = `[${IDEOGRAPH}]\\p{M}*|(?:(?![${IDEOGRAPH}])[\\p{L}\\p{N}\\p{M}])+(?:['’‐-](?:(?![${IDEOGRAPH}])[\\p{L}\\p{N}\\p{M}])+)*`;
const letter = /[\p{L}\p{N}]/u;
const titles =
  'Mr|Mrs|Ms|Mx|Dr|St|Ste|Mt|Ft|Prof|Rev|Fr|Hon|Sr|Jr|Capt|Cpt|Col|Cpl|Gen|Lt|Sgt|Maj|Adm|Gov|Sen|Rep|Pres|Supt|Insp|Messrs|Mme|Mlle|Hr|Frl|vs|cf|viz|e\\.g|i\\.e|z\\.B|d\\.h|bzw';
// A single capital is an initial, but "I" is more often the last word of a sentence.
const abbreviation = new RegExp(
  `(?:^|[^\\p{L}\\p{N}.])(?:(?:${titles})|(?:\\p{Lu}\\.[ ]?)*(?:(?!I)\\p{Lu})|(?:\\p{Lu}\\.[ ]?)+\\p{Lu})\\.$`,
  'u',
);
const beforeNumber = /(?:^|[^\p{L}])(?:No|Nos|Vol|Ch|Nr|p|pp|vol|ch|no)\.$/u;

/** What stands before the text. */
interface Prompt {
  /** Its unfinished line: "Mr" + "." is an abbreviation. */
  readonly line: string;
  /** It has capital letters. */
  readonly cased: boolean;
}

const promptOf = (prompt: string): Prompt => ({
  line: prompt.slice(-200).split(/\r?\n/).at(-1) ?? '',
  cased: /\p{Lu}/u.test(prompt.slice(-2000)),
});

/** Whether a sentence goes on with `next`: a small letter, in a text that has others. */
const goesOn = (next: string, text: string, { cased }: Prompt): boolean =>
  /\p{Ll}/u.test(next) && (cased || /\p{Lu}/u.test(text));

const finalMark = new RegExp(`[.!?…。！？．:]${CLOSERS}$`, 'u');

type Judgement = 'end' | 'wait' | 'no';

/** Where `marks` and what closes after it end. */
function closed(text: string, from: number): number {
  closers.lastIndex = from;
  closers.test(text);
  return Math.max(from, closers.lastIndex);
}

/** Whether the line break at `at` ends a paragraph: lines wrapped by hand go on. */
function judgeBreak(text: string, at: number, prompt: Prompt): Judgement {
  const next = /[^\r \t]/u.exec(text.slice(at + 1, at + 80))?.[0];
  if (next === undefined) return 'wait';
  if (next === '\n') return 'end';
  const line = (prompt.line + text.slice(0, at)).trimEnd();
  if (!finalMark.test(line.slice(-16))) return 'no';
  return goesOn(next, text, prompt) ? 'no' : 'end';
}

/** Goes through the marks of a text once; a mark that needs to see more is judged again later. */
class MarkRule implements StopRule {
  readonly #marks: RegExp;
  readonly #words: number;
  readonly #judge: (text: string, from: number, end: number) => [Judgement, number];
  #from = 0;

  /** @param words that must stand before an end */
  constructor(
    marks: RegExp,
    words: number,
    judge: (text: string, from: number, end: number) => [Judgement, number],
  ) {
    this.#marks = marks;
    this.#words = words;
    this.#judge = judge;
  }

  scan(text: string): Verdict {
    this.#marks.lastIndex = this.#from;
    for (let m = this.#marks.exec(text); m; m = this.#marks.exec(text)) {
      const [judgement, end] = this.#judge(text, m.index, this.#marks.lastIndex);
      if (judgement === 'no' || !this.#enough(text.slice(0, end))) {
        // A run of marks may still grow, and its end decides.
        if (this.#marks.lastIndex === text.length) return { end: null, certain: m.index };
        this.#from = this.#marks.lastIndex;
        continue;
      }
      this.#from = m.index;
      return judgement === 'end' ? { end, certain: end } : { end: null, certain: end };
    }
    return { end: null, certain: text.length };
  }

  #enough(text: string): boolean {
    if (this.#words <= 1) return letter.test(text);
    return (text.match(new RegExp(WORD, 'gu'))?.length ?? 0) >= this.#words;
  }
}

const breakAt =
  (prompt: Prompt) =>
  (text: string, from: number): [Judgement, number] => {
    const judgement = judgeBreak(text, from, prompt);
    return [judgement, text.slice(0, from).trimEnd().length];
  };

const paragraphRule = (prompt: Prompt): StopRule => new MarkRule(/\n/gu, 1, breakAt(prompt));

function sentenceRule(prompt: Prompt): StopRule {
  const atBreak = breakAt(prompt);
  return new MarkRule(/[.!?…。！？．]+|\n/gu, 1, (text, from, to) => {
    if (text[from] === '\n') return atBreak(text, from);
    const end = closed(text, to);
    const next = text[end];
    if (next === undefined) return ['wait', end];
    if (/[。！？．]/u.test(text[to - 1] ?? '')) {
      // 「行くの？」と彼は言った。 goes on after the quotation.
      return [end > to && letter.test(next) ? 'no' : 'end', end];
    }
    if (!/\s/u.test(next)) return ['no', end];
    const before = (prompt.line + text.slice(Math.max(0, to - 40), to)).slice(-40);
    const single = to - from === 1 && text[from] === '.' && end === to;
    if (single && abbreviation.test(before)) return ['no', end];
    const rest = text.slice(end, end + 80);
    if (/^[ \t\r]*\n[ \t\r]*\n/u.test(rest)) return ['end', end];
    // “Where to?” she asked. A small letter goes on with the sentence, after a dash too.
    const visible = /[^\s\p{Pd}]/u.exec(rest)?.[0];
    if (visible === undefined) return [rest.length < 80 ? 'wait' : 'end', end];
    if (single && /\p{N}/u.test(visible) && beforeNumber.test(before)) return ['no', end];
    return [goesOn(visible, text, prompt) ? 'no' : 'end', end];
  });
}

function phraseRule(prompt: Prompt): StopRule {
  const atBreak = breakAt(prompt);
  return new MarkRule(/(?:[,;:.!?…—–、，；：。！？．]|--+)+|\n/gu, 3, (text, from, to) => {
    if (text[from] === '\n') return atBreak(text, from);
    const end = closed(text, to);
    const next = text[end];
    if (next === undefined) return ['wait', end];
    const mark = text[to - 1] ?? '';
    const free = /[—–\-、，；：。！？．]/u.test(mark);
    if (!free && !/\s/u.test(next)) return ['no', end];
    // Years and pages: 1914–1918.
    if (/[–-]/u.test(mark) && to - from === 1 && /\p{N}/u.test(next)) return ['no', end];
    const before = (prompt.line + text.slice(Math.max(0, to - 40), to)).slice(-40);
    const single = mark === '.' && to - from === 1;
    return [single && end === to && abbreviation.test(before) ? 'no' : 'end', end];
  });
}

function wordsRule(count: number): StopRule {
  const word = new RegExp(WORD, 'gu');
  const marks = new RegExp(`[.!?…。！？]*${CLOSERS}`, 'uy');
  let from = 0;
  let n = 0;
  return {
    scan(text) {
      word.lastIndex = from;
      for (let m = word.exec(text); m; m = word.exec(text)) {
        const end = word.lastIndex;
        // A word at the end of the text, or before an apostrophe, may go on.
        if (end === text.length || /^['’‐-]$/u.test(text.slice(end))) break;
        if (n + 1 < count) {
          n++;
          from = end;
          continue;
        }
        // The marks that end a sentence stay with its last word.
        marks.lastIndex = end;
        marks.test(text);
        const last = Math.max(end, marks.lastIndex);
        return last < text.length ? { end: last, certain: last } : { end: null, certain: end };
      }
      return { end: null, certain: text.length };
    },
  };
}

/**
 * The rule for a length. Ends lie behind the closing mark and quotes, never behind white space.
 *
 * - phrase: a mark of punctuation with at least three words before it
 * - sentence: not at abbreviations, initials, or a quotation that the sentence goes on after
 * - paragraph: a line break; lines wrapped by hand are one paragraph
 * - words: the last of `count`
 *
 * @param prompt what stands before the text
 */
export function lengthRule(length: Length, prompt: string): StopRule {
  switch (length.kind) {
    case 'words':
      return wordsRule(length.count);
    case 'paragraph':
      return paragraphRule(promptOf(prompt));
    case 'sentence':
      return sentenceRule(promptOf(prompt));
    case 'phrase':
      return phraseRule(promptOf(prompt));
  }
}

/** Ends before the first of the stop texts; a text that may still become one is not certain. */
export function stopTextRule(stopTexts: readonly string[]): StopRule {
  const longest = Math.max(0, ...stopTexts.map(({ length }) => length));
  let seen = 0;
  return {
    scan(text) {
      let end: number | null = null;
      let certain = text.length;
      const from = Math.max(0, seen - longest);
      for (const stop of stopTexts) {
        const at = text.indexOf(stop, from);
        if (at >= 0 && (end === null || at < end)) end = at;
        for (let n = Math.min(stop.length - 1, text.length); n > 0; n--) {
          if (!text.endsWith(stop.slice(0, n))) continue;
          certain = Math.min(certain, text.length - n);
          break;
        }
      }
      // Where one was found, only one that begins before it could still take its place.
      seen = end === null ? text.length : end;
      return {
        end: end !== null && certain < end ? null : end,
        certain: Math.min(certain, end ?? certain),
      };
    },
  };
}

/** Longest last word that is held back until it is whole. */
const HELD = 64;
const letters = /[\p{L}\p{M}\p{N}'’]*$/u;
const unfinished = new RegExp(`\\s*[^\\s${IDEOGRAPH}]*$`, 'u');

/** Where the last, perhaps unfinished word of `text` and the space before it begin; from `from` on. */
export function lastWord(text: string, from: number): number {
  let start = Math.max(from, text.length - HELD);
  // Never between the halves of a surrogate pair.
  if (start > from && /[\uDC00-\uDFFF]/.test(text[start] ?? '')) start--;
  const held = text.slice(start);
  const at = held.search(unfinished);
  // Where there has been no space for so long, such as in a web address, its last letters are the word.
  return start + (at > 0 || start === from ? at : held.search(letters));
}

const settled = new RegExp(`(?:[,;:.!?…、，；：。！？]${CLOSERS}|[${IDEOGRAPH}])$`, 'u');

/** The last clean boundary of a text that stops anywhere, at or after `from`: a mark's or a word's end. */
export function lastBoundary(text: string, from: number): number {
  const end = Math.max(from, text.trimEnd().length);
  if (end < text.length || settled.test(text.slice(from, end))) return end;
  const word = lastWord(text, from);
  // A single word is better than none.
  return word === 0 ? end : word;
}
