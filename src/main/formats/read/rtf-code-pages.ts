/** From the numbers of Windows' fonts and code pages to text. */

/** Of DOS, which no platform knows any more: the signs from 128 on. */
const dos: Readonly<Record<number, string>> = {
  437: 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  850: 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
};

const labels: Readonly<Record<number, string>> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20866: 'koi8-r',
  21866: 'koi8-u',
  65001: 'utf-8',
};

/** Code pages of fonts, by \fcharset. */
const charsets: Readonly<Record<number, number>> = {
  0: 1252,
  77: 10000,
  128: 932,
  129: 949,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
  254: 437,
  255: 850,
};

/** Null where the font says nothing, and the file's own code page counts. */
export const codePageOf = (charset: number): number | null => charsets[charset] ?? null;

/** Fonts whose letters are pictures. */
export const SYMBOLS = 2;

type Decoder = InstanceType<typeof TextDecoder>;
const decoders = new Map<number, Decoder>();

function decoderOf(codePage: number): Decoder {
  const known = decoders.get(codePage);
  if (known) return known;
  const isWindows = codePage >= 1250 && codePage <= 1258;
  const isLatin = codePage >= 28591 && codePage <= 28606;
  const label = isWindows
    ? `windows-${codePage}`
    : isLatin
      ? `iso-8859-${codePage - 28590}`
      : (labels[codePage] ?? 'windows-1252');
  const decoder = new TextDecoder(label);
  decoders.set(codePage, decoder);
  return decoder;
}

/** Bytes as text; what is in no code page becomes U+FFFD. */
export function decodeCodePage(bytes: Buffer, codePage: number): string {
  const table = dos[codePage];
  if (table === undefined) return decoderOf(codePage).decode(bytes);
  return Array.from(bytes, (byte) =>
    byte < 128 ? String.fromCharCode(byte) : table[byte - 128]!,
  ).join('');
}

/** Languages that Windows numbers, of those that manuscripts are in. */
const languages: Readonly<Record<number, string>> = {
  1028: 'zh-TW',
  1029: 'cs-CZ',
  1030: 'da-DK',
  1031: 'de-DE',
  1032: 'el-GR',
  1033: 'en-US',
  1034: 'es-ES',
  1035: 'fi-FI',
  1036: 'fr-FR',
  1037: 'he-IL',
  1038: 'hu-HU',
  1040: 'it-IT',
  1041: 'ja-JP',
  1042: 'ko-KR',
  1043: 'nl-NL',
  1044: 'nb-NO',
  1045: 'pl-PL',
  1046: 'pt-BR',
  1049: 'ru-RU',
  1053: 'sv-SE',
  1055: 'tr-TR',
  1058: 'uk-UA',
  2052: 'zh-CN',
  2055: 'de-CH',
  2057: 'en-GB',
  2070: 'pt-PT',
  3079: 'de-AT',
  3081: 'en-AU',
  3082: 'es-ES',
  3084: 'fr-CA',
  4105: 'en-CA',
  5129: 'en-NZ',
  6153: 'en-IE',
};

export const languageOf = (number: number): string | null => languages[number] ?? null;
