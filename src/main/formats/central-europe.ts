/** Telling central European text from western, by the alphabets of their languages. */

/** Each alphabet beyond ASCII of what is written in windows-1252, with what it borrows. */
const western = [
  'àâæçèéêëîïôöùûüÿœ', // French, Dutch, Welsh, and what English borrows
  'àäçéöüß', // German
  'áéíñóúüç¡¿ªº', // Spanish
  'àçèéíïòóúü·¡¿', // Catalan
  'àáâãçéêíóôõúüªº', // Portuguese
  'àáèéìíîòóùúªº', // Italian, Gaelic, Irish
  'äåæèéêòóôöøü', // Danish, Norwegian
  'äåéõöüšž', // Swedish, Finnish, Estonian
  'áæéíðóöøúýþ', // Icelandic, Faroese
];

/** Each alphabet beyond ASCII of what is written in ISO-8859-2 and windows-1250. */
const central = [
  'ąćęłńóśźż', // Polish
  'áčďéěíňóřšťúůüýž', // Czech
  'áäčďéíľňóôšťúýž', // Slovak, without its rare ĺ and ŕ: western å and à
  'áéíóöőúüű', // Hungarian
  'ćčđšž', // Croatian, Slovene
  'âăîşţ', // Romanian
];

/** In text of any language. */
const marks = '\\0-~\u00a0«»\u00ad§°‘’‚“”„–—…†•€™';

const outside = (alphabet: string): RegExp =>
  new RegExp(`[^${marks}${alphabet}${alphabet.toUpperCase()}]`, 'g');

const accented = outside('');
const notWestern = western.map(outside);
const notCentral = central.map(outside);

const count = (text: string, letters: RegExp): number => text.match(letters)?.length ?? 0;

/** How many letters are strange to the language that fits best. */
const strangers = (text: string, languages: readonly RegExp[]): number =>
  Math.min(...languages.map((letters) => count(text, letters)));

/**
 * The encoding that makes a text of one central European language out of bytes, where windows-1252 makes
 * text of no western one; else null. Wants certainty: nearly all letters at home here, many strange there,
 * and as many accents as such languages have, which English with foreign names has not.
 */
export function centralEncoding(bytes: Uint8Array): 'iso-8859-2' | 'windows-1250' | null {
  const text = new TextDecoder('windows-1252').decode(bytes);
  const accents = count(text, accented);
  const strange = strangers(text, notWestern);
  if (strange < 3 || strange * 5 < accents) return null;
  if (accents * 64 < text.length || accents * 2 > text.length) return null;
  const isoStrange = strangers(new TextDecoder('iso-8859-2').decode(bytes), notCentral);
  const windowsStrange = strangers(new TextDecoder('windows-1250').decode(bytes), notCentral);
  if (Math.min(isoStrange, windowsStrange) * 20 > accents) return null;
  return windowsStrange < isoStrange ? 'windows-1250' : 'iso-8859-2';
}
