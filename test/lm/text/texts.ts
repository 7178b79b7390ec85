import fc from 'fast-check';

const pieces = [
  ...'abcé e\u0301 \t\r\n.,’\'"-—0123',
  '\r\n',
  '\n\n',
  '   ',
  '👩‍👩‍👧‍👦',
  '🇳🇴',
  '😀',
  '東京',
  '吾輩は猫である。',
  'สวัสดี',
  'שלום',
  'e\u0301\u0323',
  '\u0000',
  '\uFEFF',
  '\uFFFD',
  '\uD800',
  '\uDC00',
  '\uDBFF',
  "don't",
  'The rain fell ',
];

/** Texts that break careless code: emoji, CJK, combining marks, line ends, lone surrogates. */
export const anyText = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.nat(0xffff), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
);

/** A page of prose, the same for the same seed, with words of unlike frequency. */
export function prose(words: number, seed = 1): string {
  const stems =
    'the of a sea ship harbour winter lamp quiet window captain letter morning rain stone';
  const list = stems.split(' ');
  let state = seed;
  let out = '';
  for (let i = 1; i <= words; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const a = list[Math.floor(((state >>> 8) / 2 ** 24) ** 2 * list.length)] ?? '';
    out += i % 90 === 0 ? `${a}.\n\n` : i % 12 === 0 ? `${a}, ` : `${a} `;
  }
  return out;
}
