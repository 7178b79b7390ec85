import type { Settings } from '../../shared/api/index.ts';

const faces: Readonly<Record<Settings['font'], string>> = {
  literata: "'Literata Variable', Georgia, serif",
  'source-serif': "'Source Serif 4 Variable', Georgia, serif",
  duo: "'iA Writer Duo', ui-monospace, monospace",
};

/** Faces are drawn to different sizes: these look alike at the same setting. */
const drawn: Readonly<Record<Settings['font'], number>> = {
  literata: 1,
  'source-serif': 1.06,
  duo: 0.94,
};

/** What the settings say about the prose, as custom properties of the root. */
export function lookOf(settings: Settings): Readonly<Record<string, string>> {
  return {
    '--prose-font': faces[settings.font],
    '--prose-size': `${(settings.fontSize * drawn[settings.font]).toFixed(2)}px`,
    '--prose-leading': String(settings.lineHeight),
    '--prose-measure': `${settings.measure}ch`,
  };
}

const numbers = new Intl.NumberFormat('en');

/** 12,345 */
export const shownNumber = (value: number): string => numbers.format(value);

/** "1 word", "2,000 words" */
export const shownWords = (words: number): string =>
  words === 1 ? '1 word' : `${shownNumber(words)} words`;
