/** Files as writers have them, made from a seed: every encoding, every line end, every oddity. */
import { randomText, pick, type Roll } from '../training/inputs.ts';

export interface Fixture {
  readonly name: string;
  readonly bytes: Buffer;
  /** What a writer must see, with \n line ends; null where the bytes are of no whole text. */
  readonly text: string | null;
}

type Made = Omit<Fixture, 'name'>;

const tables = new Map<string, ReadonlyMap<string, Buffer>>();

/** Which bytes stand for which character, found by decoding every code of one and two bytes. */
function tableOf(encoding: string): ReadonlyMap<string, Buffer> {
  const known = tables.get(encoding);
  if (known) return known;
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, Buffer>();
  const add = (bytes: Buffer): void => {
    const text = decoder.decode(bytes);
    const isOne =
      [...text].length === 1 && text !== '\ufffd' && !/[\u0080-\u009f\ue000-\uf8ff]/.test(text);
    if (isOne && !table.has(text)) table.set(text, bytes);
  };
  for (let byte = 0; byte < 256; byte++) add(Buffer.of(byte));
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) add(Buffer.of(lead, trail));
  }
  tables.set(encoding, table);
  return table;
}

/** As it is shown: a byte order mark says what the bytes are, and is no letter. */
const shown = (text: string): string => text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');

/** The text in an encoding; what it lacks is left out. */
function encoded(whole: string, encoding: string): Made {
  const table = tableOf(encoding);
  const text = [...whole].filter((character) => table.has(character));
  const bytes = Buffer.concat(text.map((character) => table.get(character)!));
  return { bytes, text: shown(text.join('')) };
}

const inUtf8 = (text: string): Made => ({ bytes: Buffer.from(text), text: shown(text) });

const inUtf16 = (text: string, order: 'le' | 'be'): Made => {
  const bytes = Buffer.from(text, 'utf16le');
  return { bytes: order === 'le' ? bytes : bytes.swap16(), text: shown(text) };
};

const english =
  'The sea was grey that day. “Go on,” she said — and so he went, naïve as ever, to the café. ';
const stories: Readonly<Record<string, string>> = {
  'windows-1252': `${english}Ça va? Où êtes-vous, Zoë? Fußgänger über Brücken. `,
  'iso-8859-2': 'Příliš žluťoučký kůň úpěl ďábelské ódy. ',
  'windows-1250':
    'Tamtego dnia morze było szare i nikt o nim nie mówił. Wyszła więc, idąc wśród łąk. ',
  'windows-1251': 'Съешь же ещё этих мягких французских булок, да выпей чаю. Он вышел. ',
  'koi8-r': 'Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный. ',
  macintosh: 'He’d said “never” — and the café, naïve, façade: déjà vu. ',
  'iso-8859-7': 'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Η θάλασσα ήταν γκρίζα. ',
  shift_jis: '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。',
  'euc-jp': '国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。',
  gbk: '我冒了严寒，回到相隔二千余里，别了二十余年的故乡去。',
  big5: '我冒了嚴寒，回到相隔二千餘里，別了二十餘年的故鄉去。',
  'euc-kr': '나는 그 여름을 잊지 못한다. 바다는 회색이었다. ',
};

const ends = ['\n', '\r\n', '\r'] as const;

/** The text with line ends of one kind, or of all. */
const withEnds = (text: string, roll: Roll): string => {
  const kind = roll(5);
  return kind < 3
    ? text.replaceAll('\n', ends[kind]!)
    : text.replaceAll('\n', () => pick(roll, ends));
};

/** Prose of some lines, with or without a last line end. */
function lines(sentence: string, roll: Roll): string {
  const count = 1 + roll(40);
  const paragraph = (): string => sentence.repeat(1 + roll(3)).trimEnd();
  const text = Array.from({ length: count }, paragraph).join(roll(2) === 0 ? '\n' : '\n\n');
  return text + '\n'.repeat(roll(3));
}

const MARK = '\ufeff';

const kinds: Readonly<Record<string, (roll: Roll) => Made>> = {
  plain: (roll) => inUtf8(withEnds(lines(english, roll), roll)),
  'with a byte order mark': (roll) => inUtf8(MARK + withEnds(lines(english, roll), roll)),
  'marks inside': (roll) => inUtf8(`${MARK}${MARK}${lines(english, roll)}${MARK}\n${MARK}`),
  'NFC and NFD': (roll) => {
    const text = lines('Ça naïve Zoë ẛ̣ Å é ệ 각 ﬁ. ', roll);
    const form = (word: string): string =>
      word.normalize(pick(roll, ['NFC', 'NFD', 'NFKC', 'NFKD']));
    return inUtf8(withEnds(text.split(' ').map(form).join(' '), roll));
  },
  emoji: (roll) => inUtf8(withEnds(lines('👩‍👩‍👧 and 🏳️‍🌈 and 𝔘 🇩🇪 👍🏽. ', roll), roll)),
  'odd spaces and separators': (roll) =>
    inUtf8(withEnds(lines('a\u2028b\u2029c\u0085d\u00a0e\u200be\tf \u202eg\u202c  ', roll), roll)),
  scripts: (roll) =>
    inUtf8(withEnds(lines('שלום עולם. مرحبا بالعالم. สวัสดีชาวโลก. नमस्ते। ', roll), roll)),
  'only line ends': (roll) => inUtf8(withEnds('\n'.repeat(1 + roll(30)), roll)),
  'anything that somebody pastes': (roll) =>
    inUtf8(randomText(roll, 20 + roll(3000)).toWellFormed()),
  'UTF-16, little end first': (roll) =>
    inUtf16(MARK + withEnds(lines(`${english}😀 `, roll), roll), 'le'),
  'UTF-16, big end first': (roll) =>
    inUtf16(MARK + withEnds(lines(`${english}😀 `, roll), roll), 'be'),
  'UTF-16 without a mark': (roll) => inUtf16(withEnds(lines(english, roll), roll), 'le'),
  'UTF-16 with half a character': (roll) => ({
    ...inUtf16(MARK + `${english}\ud83d and \ude00\r\n`.repeat(1 + roll(9)), 'le'),
    text: null,
  }),
  'UTF-8 with half a character': (roll) => ({
    bytes: Buffer.concat([
      Buffer.from(lines(english, roll)),
      Buffer.from([0xed, 0xa0, 0xbd, 0x20, 0xf0, 0x9f]),
    ]),
    text: null,
  }),
  'one long line': (roll) => inUtf8(english.repeat(500 + roll(1500))),
  ...Object.fromEntries(
    Object.entries(stories).map(([encoding, sentence]) => [
      encoding,
      (roll: Roll) => encoded(withEnds(lines(sentence, roll), roll), encoding),
    ]),
  ),
};

/** The fixture of this number. Every 250th is of ten megabytes. */
export function fixtureOf(n: number, roll: Roll): Fixture {
  if (n % 250 === 249) {
    const line = withEnds(lines(english, roll), roll);
    return { name: `${n}, ten megabytes`, ...inUtf8(line.repeat(Math.ceil(10e6 / line.length))) };
  }
  const [kind, make] = Object.entries(kinds)[n % Object.keys(kinds).length]!;
  return { name: `${n}, ${kind}`, ...make(roll) };
}
