import type { Session } from 'electron';
import type { Settings, Spelling } from '../../shared/api/index.ts';
import { placeDictionaries, plainName, regionOf, withDictionary } from './dictionaries.ts';
import type { Dictionaries } from './folders.ts';

/** The rest of the English-speaking world spells as the British do. */
const BRITISH = 'en-GB';

/**
 * The languages of `available` that fit: the one that was set, or those of the system. A language
 * without its region, or with another, is better than none.
 */
export function languagesToCheck(
  wanted: readonly string[],
  available: readonly string[],
): readonly string[] {
  const found = wanted.flatMap((tag) => {
    const [language, region] = tag.split('-');
    const like = (name: string | undefined): string | undefined =>
      available.find((other) => other.toLowerCase() === name?.toLowerCase());
    const fitting =
      like(tag) ??
      (language?.toLowerCase() === 'en' && region !== undefined ? like(BRITISH) : undefined) ??
      like(language) ??
      available.find((other) => other.split('-')[0] === language?.toLowerCase());
    return fitting === undefined ? [] : [fitting];
  });
  return [...new Set(found)];
}

type SpellingSettings = Pick<Settings, 'spellcheck' | 'language'>;
type SpellingSession = Pick<
  Session,
  | 'availableSpellCheckerLanguages'
  | 'getSpellCheckerLanguages'
  | 'setSpellCheckerEnabled'
  | 'setSpellCheckerLanguages'
>;

export interface SpellingOptions {
  readonly session: SpellingSession;
  readonly system: NodeJS.Platform;
  /** The writer's, best first. */
  readonly systemLanguages: () => readonly string[];
  readonly dictionaries: Dictionaries;
  readonly log: (line: string) => void;
}

/** Checks spelling as the settings say, with what is on this computer: nothing is downloaded. */
export class SpellChecker {
  readonly #options: SpellingOptions;
  #followed: SpellingSettings | null = null;

  constructor(options: SpellingOptions) {
    this.#options = options;
  }

  follow({ spellcheck, language }: SpellingSettings): void {
    const last = this.#followed;
    if (last?.spellcheck === spellcheck && last.language === language) return;
    this.#followed = { spellcheck, language };
    this.#apply(this.#followed);
  }

  /** What comes of these settings; with the dictionaries that the writer put there meanwhile. */
  state(settings: SpellingSettings): Spelling {
    const { session, system, dictionaries } = this.#options;
    const languages = this.#apply(settings);
    if (system === 'darwin') return { kind: 'mac' };
    if (languages.length > 0) {
      const here = this.#withDictionary();
      const all = languages.every((language) => here.includes(language));
      return { kind: all ? 'dictionary' : 'windows', languages };
    }
    const [language = 'en'] = this.#wanted(settings);
    const [known] = languagesToCheck([language], session.availableSpellCheckerLanguages);
    return {
      kind: 'none',
      language,
      file: known === undefined ? null : plainName(known),
      folder: dictionaries.used,
      others: [...new Set(this.#withDictionary().map(regionOf))],
    };
  }

  #apply(settings: SpellingSettings): readonly string[] {
    const { session, system, dictionaries, log } = this.#options;
    if (system === 'darwin') {
      session.setSpellCheckerEnabled(settings.spellcheck);
      return [];
    }
    for (const problem of placeDictionaries(dictionaries)) log(problem);
    const languages = this.#languages(settings);
    // Only a change makes Chromium look for a dictionary again. To set languages also switches it on.
    if (languages.join() !== session.getSpellCheckerLanguages().join()) {
      session.setSpellCheckerLanguages([...languages]);
    }
    session.setSpellCheckerEnabled(settings.spellcheck && languages.length > 0);
    return languages;
  }

  #wanted({ language }: SpellingSettings): readonly string[] {
    return language === '' ? this.#options.systemLanguages() : [language];
  }

  #withDictionary(): readonly string[] {
    const { session, dictionaries } = this.#options;
    return withDictionary(session.availableSpellCheckerLanguages, dictionaries.used);
  }

  /** Windows knows more than we can see: it is asked for whatever Chromium has a name for. */
  #languages(settings: SpellingSettings): readonly string[] {
    const { session, system } = this.#options;
    const here = this.#withDictionary();
    const available =
      system === 'win32'
        ? [...new Set([...here, ...session.availableSpellCheckerLanguages])]
        : here;
    return languagesToCheck(this.#wanted(settings), available);
  }
}
