import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { Dictionaries } from './folders.ts';

/** Chromium's codes without a region, and the region whose word list it takes. */
const regions: Readonly<Record<string, string>> = {
  ...{ af: 'af-ZA', bg: 'bg-BG', ca: 'ca-ES', cs: 'cs-CZ', cy: 'cy-GB', da: 'da-DK', de: 'de-DE' },
  ...{ el: 'el-GR', en: 'en-US', es: 'es-ES', et: 'et-EE', fa: 'fa-IR', fo: 'fo-FO', fr: 'fr-FR' },
  ...{ he: 'he-IL', hi: 'hi-IN', hr: 'hr-HR', hu: 'hu-HU', id: 'id-ID', it: 'it-IT', lt: 'lt-LT' },
  ...{ lv: 'lv-LV', nb: 'nb-NO', nl: 'nl-NL', pl: 'pl-PL', pt: 'pt-BR', ro: 'ro-RO', ru: 'ru-RU' },
  ...{ sk: 'sk-SK', sl: 'sl-SI', sv: 'sv-SE', ta: 'ta-IN', tg: 'tg-TG', tr: 'tr-TR', uk: 'uk-UA' },
  ...{ vi: 'vi-VN', 'es-419': 'es-ES', 'es-AR': 'es-ES', 'es-MX': 'es-ES', 'es-US': 'es-ES' },
};

/**
 * Chromium looks for a file with the edition of its own word list in its name, and for no other. English
 * has had two of late; which one, its release decides.
 */
const editions: Readonly<Record<string, readonly string[]>> = {
  ...{ tr: ['4-0'], tg: ['5-0'], cy: ['1-0'], hy: ['1-0'], sh: ['4-0'], sr: ['4-0'] },
  ...{ fa: ['9-0'], uk: ['5-0'], en: ['10-2', '10-1'] },
};
const USUAL_EDITION = ['3-0'];

/** The language and region of the word list for one of Chromium's codes. */
export const regionOf = (code: string): string => regions[code] ?? code;

/** What Chromium may call a word list. */
function chromiumNames(region: string): readonly string[] {
  const [language = ''] = region.split('-');
  return (editions[language] ?? USUAL_EDITION).map((edition) => `${region}-${edition}.bdic`);
}

/** A file that anyone can name: "de-DE.bdic". */
export const plainName = (code: string): string => `${regionOf(code)}.bdic`;

/** Of Chromium's codes those that have a word list in the folder where it looks. */
export function withDictionary(codes: readonly string[], folder: string): readonly string[] {
  const there = new Set(filesIn(folder));
  return codes.filter((code) => chromiumNames(regionOf(code)).some((name) => there.has(name)));
}

/**
 * Puts word lists where Chromium looks, under the names it looks for: those that come along, and what
 * the writer put there under a plain name. At once and before it looks, because it looks but once: what is
 * missing then it asks the network for. Gives what went wrong; without a dictionary one can still write.
 */
export function placeDictionaries({ bundled, used }: Dictionaries): readonly string[] {
  const problems: string[] = [];
  const attempt = (what: () => void): void => {
    try {
      what();
    } catch (error) {
      problems.push(`The dictionaries: ${String(error)}`);
    }
  };
  attempt(() => mkdirSync(used, { recursive: true }));
  for (const folder of [bundled, used]) {
    for (const file of filesIn(folder)) {
      const region = /^([a-z]{2,3}(?:-[A-Za-z]+)*)\.bdic$/.exec(file)?.[1];
      if (region === undefined) continue;
      for (const name of chromiumNames(region)) {
        attempt(() => copyUnlessThere(path.join(folder, file), path.join(used, name)));
      }
    }
  }
  return problems;
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A build without dictionaries, or a folder that could not be made: that was told.
    return [];
  }
}

/** A copy that is broken is found by Chromium, which deletes it. */
function copyUnlessThere(from: string, to: string): void {
  if (identityOf(to) === identityOf(from)) return;
  const beside = `${to}.${process.pid}.tmp`;
  copyFileSync(from, beside);
  renameSync(beside, to);
}

/** A dictionary begins with the sum of all that follows. */
function identityOf(file: string): string | null {
  const header = Buffer.alloc(32);
  try {
    const { size } = statSync(file);
    const open = openSync(file, 'r');
    try {
      readSync(open, header, 0, header.length, 0);
    } finally {
      closeSync(open);
    }
    return `${size} ${header.toString('hex')}`;
  } catch {
    return null;
  }
}
