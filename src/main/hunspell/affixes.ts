import { lines, toUtf8, trim, withoutComment, type Bytes } from './lines.ts';

/** What an .aff file says, with its words in UTF-8. */
export interface Affixes {
  readonly encoding: string;
  /** The comment that it begins with. */
  readonly comment: Bytes;
  /** Lines "PFX …" and "SFX …". */
  readonly rules: readonly Bytes[];
  readonly replacements: readonly (readonly [Bytes, Bytes])[];
  /** All other lines, as they are. */
  readonly others: readonly Bytes[];
  /** The sets of flags, by their number, from 1. It grows while words are read. */
  readonly groups: FlagGroups;
}

/** Sets of flags by number: words name them so. A file may number its own ("AF …"). */
export class FlagGroups {
  readonly #numbers = new Map<Bytes, number>();
  readonly #flags: Bytes[] = [];
  /** Words name their flags by these numbers already. */
  numbered = false;

  add(flags: Bytes): void {
    this.#flags.push(flags);
    this.#numbers.set(flags, this.#flags.length);
  }

  /** The number of what stands after a word's slash. */
  numberOf(flags: Bytes): number {
    if (this.numbered) return Number.parseInt(flags, 10) || 0;
    if (!this.#numbers.has(flags)) this.add(flags);
    return this.#numbers.get(flags) ?? 0;
  }

  get lines(): readonly Bytes[] {
    return [`AF ${this.#flags.length}`, ...this.#flags.map((flags) => `AF ${flags}`)];
  }
}

/** These would change how words are found; Chromium's form of a dictionary has no place for them. */
const impossible = ['IGNORE', 'COMPLEXPREFIXES'];

/** @throws RangeError where a dictionary cannot be put into Chromium's form */
export function readAffixes(file: Bytes): Affixes {
  const all = lines(file);
  const intro = all.findIndex((line) => line !== '' && !line.startsWith('#'));
  const comment = all
    .slice(0, intro < 0 ? all.length : intro)
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
  const commands = all.map(withoutComment).filter((line) => line !== '');
  const encoding =
    commands
      .findLast((line) => line.startsWith('SET '))
      ?.slice(4)
      .trim() ?? 'ISO8859-1';
  const utf8 = toUtf8(encoding);

  const groups = new FlagGroups();
  const rules: Bytes[] = [];
  const replacements: (readonly [Bytes, Bytes])[] = [];
  const others: Bytes[] = [];
  // Of these the first line is the number of those that follow.
  let aliases = 0;
  let replaced = 0;
  for (const line of commands) {
    const command = line.split(/\s/, 1)[0] ?? '';
    if (impossible.includes(command)) {
      throw new RangeError(`A dictionary with ${command} cannot be used`);
    }
    if (command === 'SET') continue;
    if (command === 'AF') {
      groups.numbered = true;
      if (aliases++ > 0) groups.add(trim(line.slice(3)));
    } else if (command === 'PFX' || command === 'SFX') {
      rules.push(affixRule(line, groups, utf8));
    } else if (command === 'REP') {
      if (replaced++ > 0) replacements.push(replacement(utf8(trim(line.slice(4)))));
    } else {
      others.push(command === 'TRY' || command === 'MAP' ? utf8(line) : line);
    }
  }
  return { encoding, comment, rules, replacements, others, groups };
}

/** "from to", where an underscore stands for a space. */
function replacement(line: Bytes): readonly [Bytes, Bytes] {
  const [from = '', ...to] = line.replace(/ +/g, ' ').split(' ');
  if (to.length === 0) throw new RangeError(`"REP ${line}" does not say what replaces it`);
  return [from.replaceAll('_', ' '), to.join(' ').replaceAll('_', ' ')];
}

/**
 * A rule has one of two forms, with the letter of the rule second:
 *
 *     SFX D Y 4          begins the rule D, of 4 lines
 *     SFX D y ied [^y]   where the word ends in [^y] without…: strip "y", add "ied"; "ied/N" adds flags
 *
 * The letter is a byte and stays one; what follows is text. Flags become the number of their group.
 */
function affixRule(line: Bytes, groups: FlagGroups, utf8: (text: Bytes) => Bytes): Bytes {
  const rule = line.replace(/ +/g, ' ');
  const [kind = '', letter = '', ...rest] = rule.split(' ');
  if (rest.length < 2 || /^[YN]/.test(rest[0] ?? '')) return utf8Tail(rule, rest, utf8);
  const morphed = morphRule(rest);
  const [strip = '', added = '', ...conditions] = morphed;
  const slash = added.indexOf('/');
  if (slash < 0 || groups.numbered) return `${kind} ${letter} ${utf8(morphed.join(' '))}`;
  const number = groups.numberOf(added.slice(slash + 1));
  // What may follow the condition tells the form of the word, which no one asks for.
  return `${kind} ${letter} ${utf8(`${strip} ${added.slice(0, slash)}/${number} ${conditions[0] ?? '.'}`)}`;
}

/** The head of a rule holds only numbers after its letter. */
function utf8Tail(rule: Bytes, rest: readonly Bytes[], utf8: (text: Bytes) => Bytes): Bytes {
  const tail = rest.slice(1).join(' ');
  return tail === '' ? rule : rule.slice(0, rule.length - tail.length) + utf8(tail);
}

/** Old Hungarian dictionaries write the flag at the end: "0 d e - M" for "0 d/M e". */
function morphRule(rest: readonly Bytes[]): readonly Bytes[] {
  const [strip, added, condition, , flag] = rest;
  const isMorph = rest.length >= 5 && rest.join(' ').includes('-');
  return isMorph ? [`${strip}`, `${added}/${flag}`, `${condition}`] : rest;
}
