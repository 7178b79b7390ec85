import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  addedSchema,
  Dictionary,
  knownNamesSchema,
} from '../../../src/main/host/dictionary/index.ts';
import { JsonFile } from '../../../src/main/host/settings/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto, type Folders } from '../../helpers/host.ts';

interface Opened {
  readonly dictionary: Dictionary;
  /** What was told, first to last. */
  readonly told: (readonly string[])[];
  readonly notices: string[];
  readonly log: string[];
}

/** Over files of the data folder; `texts` are those of the library that is open. */
async function openDictionary(
  at: Folders,
  texts: () => Iterable<string> = () => [],
): Promise<Opened> {
  const [told, notices, log]: [(readonly string[])[], string[], string[]] = [[], [], []];
  const notice = (sentence: string): void => void notices.push(sentence);
  const dictionary = new Dictionary({
    added: await JsonFile.open({
      path: join(at.data, 'dictionary.json'),
      schema: addedSchema,
      fallback: {},
      notice,
    }),
    names: await JsonFile.open({
      path: join(at.data, 'names.json'),
      schema: knownNamesSchema,
      fallback: { folder: '', names: [] },
      notice,
    }),
    async *texts() {
      for (const text of texts()) {
        await Promise.resolve();
        yield text;
      }
    },
    tell: (words) => told.push(words),
    log: (line) => log.push(line),
    first: 0,
    again: 0,
  });
  onTestFinished(() => dictionary.close());
  return { dictionary, told, notices, log };
}

const elinor = 'I saw Elinor, and Elinor saw Elinor. ';

describe('The words of a library', () => {
  test('are its own, and there again at the next start', async () => {
    const at = folders();
    const first = await openDictionary(at);
    first.dictionary.open('/one');
    first.dictionary.add('krell');
    first.dictionary.add('krell');
    first.dictionary.open('/two');
    first.dictionary.add('zarn');
    expect(first.told).toEqual([[], ['krell'], [], ['zarn']]);
    await first.dictionary.close();

    const second = await openDictionary(at);
    second.dictionary.open('/one');
    second.dictionary.open('/two');
    second.dictionary.open('/three');
    expect(second.told).toEqual([['krell'], ['zarn'], []]);
  });

  test('have its names with them, which the next start knows before it has read anything', async () => {
    const at = folders();
    const first = await openDictionary(at, () => [elinor]);
    first.dictionary.open('/one');
    first.dictionary.add('krell');
    await eventually(() => expect(first.told.at(-1)).toEqual(['krell', 'Elinor']));
    await first.dictionary.close();

    const second = await openDictionary(at);
    second.dictionary.open('/one');
    expect(second.told).toEqual([['krell', 'Elinor']]);
    second.dictionary.open('/two');
    expect(second.told.at(-1)).toEqual([]);
  });

  test('follow the texts, and are told only when they are others', async () => {
    const at = folders();
    let text = elinor;
    let readings = 0;
    const { dictionary, told } = await openDictionary(at, () => {
      readings++;
      return [text];
    });
    dictionary.open('/one');
    await eventually(() => expect(told).toEqual([[], ['Elinor']]));
    dictionary.changed();
    await eventually(() => expect(readings).toBe(2));
    text = elinor.replaceAll('Elinor', 'Fanny');
    dictionary.changed();
    await eventually(() => expect(told).toEqual([[], ['Elinor'], ['Fanny']]));
  });

  test('of one that is opened while another is read are not the other’s', async () => {
    const at = folders();
    let texts = [elinor, 'The sea.'];
    const { dictionary, told } = await openDictionary(at, function* () {
      for (const text of texts) {
        yield text;
        if (texts.length > 0) dictionary.open('/two');
        texts = [];
      }
    });
    dictionary.open('/one');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual([[]]);
  });

  test('stay as they were where the texts cannot be read', async () => {
    const at = folders();
    const known = { folder: '/one', names: ['Elinor'] };
    await fs.writeFile(join(at.data, 'names.json'), JSON.stringify(known));
    const { dictionary, told, log } = await openDictionary(at, function* () {
      yield 'The sea.';
      throw new Error('away');
    });
    dictionary.open('/one');
    await eventually(() => expect(log).toEqual(['Looking for names: Error: away']));
    expect(told).toEqual([['Elinor']]);
  });

  test.each(['nonsense', '{"/one": "krell"}', 'null'])(
    'begin anew where the file is damaged, and it is set aside: %s',
    async (damaged) => {
      const at = folders();
      const file = join(at.data, 'dictionary.json');
      await fs.writeFile(file, damaged);
      const { dictionary, told, notices } = await openDictionary(at);
      expect(notices).toEqual([expect.stringContaining('dictionary.json.damaged')]);
      dictionary.open('/one');
      dictionary.add('krell');
      expect(told.at(-1)).toEqual(['krell']);
      await dictionary.close();
      expect(JSON.parse(await fs.readFile(file, 'utf8'))).toEqual({ '/one': ['krell'] });
      expect(await fs.readFile(`${file}.damaged`, 'utf8')).toBe(damaged);
    },
  );

  test('count also where they cannot be kept', async () => {
    const at = folders();
    await fs.mkdir(join(at.data, 'dictionary.json'));
    const { dictionary, told, notices } = await openDictionary(at);
    dictionary.open('/one');
    dictionary.add('krell');
    expect(told.at(-1)).toEqual(['krell']);
    expect(notices).toEqual([expect.stringContaining('dictionary.json')]);
  });
});

test('a host tells the names of its manuscripts, unsaved ones too, and the words added', async () => {
  const at = folders();
  at.write('one.md', 'I saw Elinor.');
  at.write('two.md', '# Two\n');
  at.write('Exports/book.md', 'We met Fanny, and Fanny met Fanny.');
  const told: (readonly string[])[] = [];
  const { client, host } = await openHost(at, {
    exportsFolder: 'Exports',
    spellAlso: (words) => void told.push(words),
  });
  expect(told).toEqual([[]]);
  await typeInto(client, 'two.md', 'Then Elinor came, and Elinor left.\n');
  host.addWord('krell');
  await eventually(() => expect(told.at(-1)).toEqual(['krell', 'Elinor']));
});

test('another library has other words', async () => {
  const at = folders();
  const other = join(at.data, 'other');
  await fs.mkdir(other);
  const told: (readonly string[])[] = [];
  const { client, host } = await openHost(at, {
    chooseFolder: () => Promise.resolve(other),
    spellAlso: (words) => void told.push(words),
  });
  host.addWord('krell');
  unwrap(await client.call.chooseLibrary({}));
  expect(told).toEqual([[], ['krell'], []]);
});
