import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dictionary } from '../../src/main/hunspell/index.ts';
import { readDictionary } from '../helpers/bdict.ts';

/** Qt's converter, made of Chromium's own sources; Debian has it in qt6-webengine-dev-tools. */
const JUDGE = '/usr/lib/qt6/libexec/qwebengine_convert_dict';
const require = createRequire(import.meta.url);
const packages = ['dictionary-en', 'dictionary-en-gb'];

const filesOf = async (name: string) => {
  const folder = path.dirname(require.resolve(name));
  const [aff, dic] = await Promise.all(
    ['index.aff', 'index.dic'].map((file) => readFile(path.join(folder, file))),
  );
  return { aff: aff!, dic: dic! };
};

const convert = (aff: string, dic: string, encoding: BufferEncoding = 'utf8') =>
  readDictionary(dictionary({ aff: Buffer.from(aff, encoding), dic: Buffer.from(dic, encoding) }));

describe('a word list that comes along', () => {
  test.for(packages)('%s keeps every word with its flags, and every rule', async (name) => {
    const { aff, dic } = await filesOf(name);
    const read = readDictionary(dictionary({ aff, dic }));
    const wanted = new Map<string, Set<string>>();
    for (const line of dic.toString('utf8').trim().split('\n').slice(1)) {
      const [word = '', flags = ''] = line.trim().split('/');
      wanted.set(word, (wanted.get(word) ?? new Set()).add(flags));
    }
    expect(wanted.size).toBeGreaterThan(49_000);
    expect(read.words.size).toBe(wanted.size);
    for (const [word, flags] of wanted) {
      expect(new Set(read.words.get(word)), word).toEqual(flags);
    }
    const lines = aff.toString('utf8').split('\n');
    const rules = lines.filter((line) => /^[PS]FX /.test(line));
    expect(read.rules).toEqual(rules.map((line) => line.trim().replace(/ +/g, ' ')));
    expect(read.replacements).toHaveLength(lines.filter((l) => l.startsWith('REP ')).length - 1);
    expect(read.replacements).toContainEqual(['alot', 'a lot']);
    expect(read.others).toContain("ICONV ’ '");
  });
});

const odd = {
  'a small one': {
    aff: '# By someone.\n# Free.\nSET UTF-8\nSFX S Y 1\nSFX S   0     s         [^s]\n',
    dic: '3\nboat/S\nboathouse\nAnn\n',
  },
  'one with flags in its rules': {
    aff: 'SET UTF-8\nREP 2\nREP a_lot alot\nREP f ph\nSFX S Y 2\nSFX S y ies/XP [^aeiou]y\nSFX S 0 s/X .\nMAP 1\nMAP aàâ\n',
    dic: '2\npity/S\npity/XP\nboy/SX\n',
  },
  'one in Latin-1': {
    aff: 'SET ISO8859-1\nTRY aé\nSFX S Y 1\nSFX S \xe9 \xe9es \xe9\n',
    dic: '3\ncaf\xe9/S\n\xe9t\xe9\nh\xf4tel/S # a comment\n',
    encoding: 'latin1' as const,
  },
  'one with numbered flags': {
    aff: 'SET UTF-8\nAF 2\nAF S\nAF SX\nSFX S Y 1\nSFX S 0 s .\n',
    dic: '2\ncat/1\ndog/2\n',
  },
  'one with slashes, tabs and the same word twice': {
    aff: 'SET UTF-8\nSFX S Y 1\nSFX S 0 s .\nPFX R Y 1\nPFX R 0 re .\n',
    dic: '6\nand\\/or\nrun/S\tpo:verb\nrun/R\nrun\n/etc\nplain\tpo:adj\n',
  },
  'one of every first letter': {
    aff: 'SET UTF-8\n',
    dic: `90\n${[...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüßéèç'].flatMap((a) => [a, `${a}b`, `${a}bc`, `${a}xyz`]).join('\n')}\n`,
  },
  'one of many sets of flags': {
    aff: `SET UTF-8\nFLAG num\n`,
    dic: `9000\n${Array.from({ length: 9000 }, (_, n) => `w${n}/${n + 1}`).join('\n')}\nw1/9000\nw8999/1\n`,
  },
};

describe('a dictionary', () => {
  test('has its words once, whatever letters they have in common', () => {
    const { words, rules, comment } = convert(odd['a small one'].aff, odd['a small one'].dic);
    expect([...words]).toEqual([
      ['Ann', ['']],
      ['boat', ['S']],
      ['boathouse', ['']],
    ]);
    expect(rules).toEqual(['SFX S Y 1', 'SFX S 0 s [^s]']);
    expect(comment).toBe('# By someone.\n# Free.\n');
  });

  test('is in UTF-8, whatever its files were in', () => {
    const { aff, dic, encoding } = odd['one in Latin-1'];
    const { words, rules, others } = convert(aff, dic, encoding);
    expect([...words]).toEqual([
      ['café', ['S']],
      ['hôtel', ['S']],
      ['été', ['']],
    ]);
    expect(rules).toEqual(['SFX S Y 1', 'SFX S é ées é']);
    expect(others).toEqual(['TRY aé']);
  });

  test('names the flags in its rules by the number of their group', () => {
    const { aff, dic } = odd['one with flags in its rules'];
    const { rules, replacements, words } = convert(aff, dic);
    expect(rules).toEqual(['SFX S Y 2', 'SFX S y ies/1 [^aeiou]y', 'SFX S 0 s/2 .']);
    expect(replacements).toEqual([
      ['a lot', 'alot'],
      ['f', 'ph'],
    ]);
    expect(words.get('pity')).toEqual(['S', 'XP']);
  });

  test('keeps every flag where there are too many for a leaf', () => {
    const { words } = convert(
      odd['one of many sets of flags'].aff,
      odd['one of many sets of flags'].dic,
    );
    expect(words.size).toBe(9000);
    expect(words.get('w8998')).toEqual(['8999']);
    expect(words.get('w1')).toEqual(['9000', '2']);
  });

  test('is refused where Chromium has no place for what it asks', () => {
    const some = (aff: string) => () => convert(aff, '1\nword\n');
    expect(some('SET UTF-8\nIGNORE x\n')).toThrow('IGNORE cannot be used');
    expect(some('SET KLINGON-1\n')).toThrow('"KLINGON-1" is not known');
    expect(() => convert('SET UTF-8\n', '0\n')).toThrow('needs words');
    expect(() => convert('SET UTF-8\n', '1\ncaf\xe9\n', 'latin1')).toThrow('not in the encoding');
  });
});

describe.skipIf(!existsSync(JUDGE))("Qt's converter", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'understudy-dictionary-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const judged = async (aff: Uint8Array, dic: Uint8Array) => {
    const at = (name: string) => path.join(folder, name);
    await writeFile(at('x.aff'), aff);
    await writeFile(at('x.dic'), dic);
    await promisify(execFile)(JUDGE, [at('x.dic'), at('x.bdic')]);
    return readFile(at('x.bdic'));
  };

  test.for(packages)('makes the same bytes of %s', async (name) => {
    const { aff, dic } = await filesOf(name);
    expect(Buffer.from(dictionary({ aff, dic })).equals(await judged(aff, dic))).toBe(true);
  });

  test.for(Object.entries(odd))('makes the same bytes of %s', async ([, files]) => {
    const encoding = 'encoding' in files ? files.encoding : 'utf8';
    const [aff, dic] = [Buffer.from(files.aff, encoding), Buffer.from(files.dic, encoding)];
    const ours = Buffer.from(dictionary({ aff, dic }));
    expect(readDictionary(ours)).toEqual(readDictionary(await judged(aff, dic)));
    expect(ours.equals(await judged(aff, dic))).toBe(true);
  });
});
