import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { placeDictionaries } from '../../src/main/electron/dictionaries.ts';
import { languagesToCheck, SpellChecker } from '../../src/main/electron/spelling.ts';
import { FakeSession } from '../helpers/electron.ts';

let root: string;
let session: FakeSession;
let log: string[];
const at = (...names: string[]): string => path.join(root, ...names);
/** As a dictionary begins: sum and all. */
const file = (text: string): string => `BDic ${text}`.padEnd(64, '.');

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'understudy-spelling-'));
  await mkdir(at('bundled'));
  for (const name of ['en-GB', 'en-US']) {
    await writeFile(at('bundled', `${name}.bdic`), file(name));
    await writeFile(at('bundled', `${name}.licence.txt`), 'Free.');
  }
  session = new FakeSession();
  log = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folders = () => ({ bundled: at('bundled'), used: at('used') });
const checker = (system: NodeJS.Platform, systemLanguages: readonly string[] = ['en-AU']) =>
  new SpellChecker({
    session: session,
    system,
    systemLanguages: () => systemLanguages,
    dictionaries: folders(),
    log: (line) => log.push(line),
  });

describe('the dictionaries that come along', () => {
  test('are put where Chromium looks, under each name that it may look for', async () => {
    expect(placeDictionaries(folders())).toEqual([]);
    expect(await readdir(at('used'))).toEqual([
      'en-GB-10-1.bdic',
      'en-GB-10-2.bdic',
      'en-US-10-1.bdic',
      'en-US-10-2.bdic',
    ]);
    expect(await readFile(at('used', 'en-GB-10-2.bdic'), 'utf8')).toBe(file('en-GB'));
  });

  test('replace those of an older Understudy and those that are broken, and no others', async () => {
    placeDictionaries(folders());
    await writeFile(at('used', 'en-GB-10-2.bdic'), file('older'));
    await writeFile(at('used', 'en-US-10-2.bdic'), file('en-US').slice(0, 40));
    await writeFile(at('used', 'sq-3-0.bdic'), file("the writer's"));
    placeDictionaries(folders());
    expect(await readFile(at('used', 'en-GB-10-2.bdic'), 'utf8')).toBe(file('en-GB'));
    expect(await readFile(at('used', 'en-US-10-2.bdic'), 'utf8')).toBe(file('en-US'));
    expect(await readFile(at('used', 'sq-3-0.bdic'), 'utf8')).toBe(file("the writer's"));
    expect((await readdir(at('used'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('are told of where they cannot be put there, and the app goes on', async () => {
    await writeFile(at('used'), 'a file, where a folder should be');
    const problems = placeDictionaries(folders());
    expect(problems[0]).toMatch(/^The dictionaries: Error: EEXIST/);
    expect(problems.length).toBeGreaterThan(1);
  });

  test('may be missing in a build', () => {
    expect(placeDictionaries({ bundled: at('nowhere'), used: at('used') })).toEqual([]);
  });
});

test('spelling is checked in the nearest language there is', () => {
  const available = ['de', 'en', 'en-GB', 'en-US', 'pt-BR'];
  expect(languagesToCheck(['en-us'], available)).toEqual(['en-US']);
  expect(languagesToCheck(['de-AT', 'en-AU'], available)).toEqual(['de', 'en-GB']);
  expect(languagesToCheck(['en', 'EN-nz'], available)).toEqual(['en', 'en-GB']);
  expect(languagesToCheck(['pt'], available)).toEqual(['pt-BR']);
  expect(languagesToCheck(['xx'], available)).toEqual([]);
});

describe('on Linux', () => {
  test('the languages of the system are checked, as far as there are dictionaries', () => {
    const spelling = checker('linux', ['fr-FR', 'en-AU']);
    spelling.follow({ spellcheck: true, language: '' });
    expect(session.spellCheckerLanguages).toEqual(['en-GB']);
    expect(spelling.state({ spellcheck: true, language: '' })).toEqual({
      kind: 'dictionary',
      languages: ['en-GB'],
    });
  });

  test('a language is not set anew where it is set: Chromium would only look once more', () => {
    checker('linux').follow({ spellcheck: true, language: 'en-GB' });
    expect(session.setSpellCheckerLanguages).not.toHaveBeenCalled();
    expect(session.spellCheckerEnabled).toBe(true);
  });

  test('what is switched off stays off when the language changes', () => {
    const spelling = checker('linux');
    spelling.follow({ spellcheck: false, language: 'en-GB' });
    expect(session.spellCheckerEnabled).toBe(false);
    spelling.follow({ spellcheck: false, language: 'en-US' });
    expect(session.spellCheckerLanguages).toEqual(['en-US']);
    expect(session.spellCheckerEnabled).toBe(false);
  });

  test('a language without a dictionary is not checked, and what would help is said', () => {
    const spelling = checker('linux');
    spelling.follow({ spellcheck: true, language: 'de-AT' });
    expect(session.spellCheckerEnabled).toBe(false);
    expect(spelling.state({ spellcheck: true, language: 'de-AT' })).toEqual({
      kind: 'none',
      language: 'de-AT',
      file: 'de-DE.bdic',
      folder: at('used'),
      others: ['en-US', 'en-GB'],
    });
    expect(spelling.state({ spellcheck: true, language: 'tlh' })).toMatchObject({
      kind: 'none',
      file: null,
    });
  });

  test('a dictionary that the writer puts there is used as soon as the settings are looked at', async () => {
    const spelling = checker('linux');
    const german = { spellcheck: true, language: 'de' };
    spelling.follow(german);
    await writeFile(at('used', 'de-DE.bdic'), file('German'));
    expect(spelling.state(german)).toEqual({ kind: 'dictionary', languages: ['de'] });
    expect(await readFile(at('used', 'de-DE-3-0.bdic'), 'utf8')).toBe(file('German'));
    expect(session.spellCheckerLanguages).toEqual(['de']);
    expect(session.spellCheckerEnabled).toBe(true);
  });
});

describe('on Windows', () => {
  test('a language without a dictionary here is left to Windows, which may have it', () => {
    const spelling = checker('win32', ['de-AT']);
    spelling.follow({ spellcheck: true, language: '' });
    expect(session.spellCheckerLanguages).toEqual(['de']);
    expect(session.spellCheckerEnabled).toBe(true);
    const state = (language: string) => spelling.state({ spellcheck: true, language });
    expect(state('')).toEqual({ kind: 'windows', languages: ['de'] });
    expect(state('en-NZ')).toEqual({ kind: 'dictionary', languages: ['en-GB'] });
    expect(state('tlh')).toMatchObject({ kind: 'none', file: null });
  });
});

test('on macOS the system chooses the language, and no dictionary is put anywhere', async () => {
  const spelling = checker('darwin');
  spelling.follow({ spellcheck: false, language: 'de' });
  expect(session.spellCheckerEnabled).toBe(false);
  expect(session.setSpellCheckerLanguages).not.toHaveBeenCalled();
  expect(spelling.state({ spellcheck: true, language: 'de' })).toEqual({ kind: 'mac' });
  expect(await readdir(root)).toEqual(['bundled']);
});
