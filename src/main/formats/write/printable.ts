/** What XML cannot hold, and halves of pairs of surrogates. Line ends and tabs it can. */
const unprintable = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** A text without signs that no reader could show. */
export const printable = (text: string): string => text.replace(unprintable, '');

/** For XML and HTML alike, in text and in quoted attributes. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** The address where a link may lead, spelt as browsers spell it; null for all that is not the web or mail. */
export function safeAddress(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, href, username, password } = new URL(address);
  if (username !== '' || password !== '') return null;
  if (!['http:', 'https:', 'mailto:'].includes(protocol)) return null;
  // What browsers leave as it is and the rules for addresses do not allow.
  return href.replace(/[|\\^`{}<>"[\]\s]/g, (sign) => encodeURIComponent(sign));
}
