import type { Session } from 'electron';
import type { Settings } from '../../shared/api/index.ts';
import { ORIGIN } from './protocol.ts';

/**
 * The languages of `available` that fit: the one that was set, or those of the system. A language
 * without its region, or with another, is better than none.
 */
export function languagesToCheck(
  wanted: readonly string[],
  available: readonly string[],
): readonly string[] {
  const found = wanted.flatMap((tag) => {
    const [language] = tag.split('-');
    const fitting =
      available.find((other) => other.toLowerCase() === tag.toLowerCase()) ??
      available.find((other) => other === language) ??
      available.find((other) => other.split('-')[0] === language);
    return fitting === undefined ? [] : [fitting];
  });
  return [...new Set(found)];
}

/** Checks spelling as the settings say. Dictionaries are those on this computer; none is downloaded. */
export function checkSpelling(
  session: Session,
  { spellcheck, language }: Pick<Settings, 'spellcheck' | 'language'>,
  systemLanguages: readonly string[],
): void {
  // An address of our own, where Chromium would ask its maker's servers.
  session.setSpellCheckerDictionaryDownloadURL(`${ORIGIN}/dictionaries/`);
  session.setSpellCheckerEnabled(spellcheck);
  const wanted = language === '' ? systemLanguages : [language];
  // On macOS the system knows the languages by itself, and the list is empty.
  const languages = languagesToCheck(wanted, session.availableSpellCheckerLanguages);
  if (languages.length > 0) session.setSpellCheckerLanguages([...languages]);
}
