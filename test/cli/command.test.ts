import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  jsonLines,
  prose,
  start,
  temporaryFolder,
  tiny,
  understudy,
  type Folder,
} from '../helpers/understudy.ts';

let folder: Folder;
let cwd: string;

beforeAll(async () => {
  folder = temporaryFolder();
  cwd = folder.path;
  folder.write('book.md', prose(40));
  folder.write(
    'photo.txt',
    Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256),
  );
  folder.write('empty.txt', ' \n\n');
  folder.write('chapter.pages', 'PK');
  const { code, err } = await understudy(cwd, [
    ...['train', 'book.md', '--out', 'a.voice', '--epochs', '2', ...tiny],
  ]);
  expect(err).toBe('');
  expect(code).toBe(0);
});

afterAll(() => folder[Symbol.dispose]());

describe('help and wrong use', () => {
  test('help names every command and the exit codes', async () => {
    const { code, out } = await understudy(cwd, ['--help']);
    expect(code).toBe(0);
    for (const name of [
      'train',
      'continue',
      'convert',
      'evaluate',
      'info',
      'export',
      'import',
      'bench',
    ]) {
      expect(out).toContain(`  ${name} `);
    }
    expect(out).toContain('Exit codes: 0 done');
  });

  test.each<[string, string[], string]>([
    ['no voice to write to', ['train', 'book.md'], "required option '--out <voice>'"],
    ['a flag that is not there', ['train', 'book.md', '--out', 'x.voice', '--rte', '1'], '--rate'],
    ['a number out of bounds', ['train', 'book.md', '--out', 'x.voice', '--batch', '0'], '--batch'],
    ['an unknown command', ['sing'], "unknown command 'sing'"],
    [
      'an unknown kind of unit',
      ['train', 'b', '--out', 'x', '--units', 'letter'],
      'char, word, sub',
    ],
    ['nothing to continue', ['continue', '--voice', 'a.voice'], '--prompt TEXT, --file FILE'],
    [
      'two things to continue',
      ['continue', '--voice', 'a.voice', '--prompt', 'x', '--file', 'book.md'],
      'in one way',
    ],
    [
      'a length that is none',
      ['continue', '--voice', 'a.voice', '--prompt', 'x', '--length', 'page'],
      '--length is "page"',
    ],
    [
      'a creativity out of bounds',
      ['continue', '--voice', 'a.voice', '--prompt', 'x', '--creativity', '101'],
      'from 0 to 100',
    ],
    [
      'a device that is none',
      ['train', 'book.md', '--out', 'x.voice', '--device', 'tpu'],
      'Allowed choices are auto, cpu, cuda, webgpu',
    ],
    ['a quality bench without a text', ['bench', 'quality'], '--text FILE'],
  ])('%s ends with 2 and a sentence', async (_, args, sentence) => {
    const { code, out, err } = await understudy(cwd, args);
    expect(err).toMatch(/^understudy: /);
    expect(err).toContain(sentence);
    expect(err).not.toContain('    at ');
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('text that cannot be used ends with 3', () => {
  test.each([
    ['a missing file', 'nowhere.md', 'nowhere.md was not found'],
    ['a binary file', 'photo.txt', 'photo.txt is not plain text'],
    ['an empty file', 'empty.txt', 'empty.txt is empty'],
    ['a file of another kind', 'chapter.pages', 'chapter.pages is not a .docx, .odt,'],
  ])('%s', async (_, file, sentence) => {
    const { code, err } = await understudy(cwd, ['train', file, '--out', 'x.voice']);
    expect(err).toContain(`understudy: ${sentence}`);
    expect(code).toBe(3);
    expect(existsSync(join(cwd, 'x.voice'))).toBe(false);
  });

  test('an empty prompt', async () => {
    const { code, err } = await understudy(cwd, ['continue', '--voice', 'a.voice', '-'], '\n');
    expect(err).toContain('nothing to continue');
    expect(code).toBe(3);
  });
});

describe('a voice that cannot be used ends with 4', () => {
  test('a missing voice', async () => {
    const { code, err } = await understudy(cwd, ['info', 'b.voice']);
    expect(err).toContain('There is no voice at b.voice');
    expect(code).toBe(4);
  });

  test('a voice that is there already is not overwritten', async () => {
    const before = readFileSync(join(cwd, 'a.voice', 'voice.json'), 'utf8');
    const { code, err } = await understudy(cwd, ['train', 'book.md', '--out', 'a.voice', ...tiny]);
    expect(err).toContain('a.voice holds a voice already');
    expect(code).toBe(4);
    expect(readFileSync(join(cwd, 'a.voice', 'voice.json'), 'utf8')).toBe(before);
  });

  test('an archive that is none', async () => {
    const { code, err } = await understudy(cwd, ['import', 'book.md', 'c.voice']);
    expect(err).toContain('book.md is not a voice');
    expect(code).toBe(4);
  });

  test('with --json the error is a line as well', async () => {
    const { code, out } = await understudy(cwd, ['info', 'b.voice', '--json']);
    expect(code).toBe(4);
    expect(jsonLines(out)).toMatchObject([{ event: 'error', code: 'voice.missing' }]);
  });
});

describe('train', () => {
  test('prints plain lines into a pipe', async () => {
    const { code, out } = await understudy(cwd, [
      ...['train', 'book.md', '--out', 'plain.voice', '--epochs', '1', ...tiny],
    ]);
    expect(code).toBe(0);
    expect(out).toContain('book.md: ');
    expect(out).toMatch(/held-back pages \d\.\d+ bits\/character/);
    expect(out).toMatch(/plain\.voice is ready: \d+ steps/);
    expect(out).not.toMatch(/\u001b|\r/);
  });

  test('prints events as JSON lines', async () => {
    const { code, out } = await understudy(cwd, [
      ...['train', 'book.md', '--out', 'json.voice', '--epochs', '1', '--json', ...tiny],
    ]);
    expect(code).toBe(0);
    const lines = jsonLines(out);
    const events = new Set(lines.map(({ event }) => event));
    for (const name of ['stage', 'report', 'estimate', 'progress', 'evaluation', 'sample']) {
      expect(events).toContain(name);
    }
    expect(lines.at(-1)).toMatchObject({
      event: 'result',
      voice: 'json.voice',
      ending: 'finished',
    });
  });

  test('stops at Ctrl+C, saves, and goes on to the end', async () => {
    const args = [
      'train',
      'book.md',
      '--out',
      'stopped.voice',
      '--epochs',
      '40',
      '--json',
      ...tiny,
    ];
    const running = start(cwd, args);
    await running.until(/"event":"progress"/);
    running.child.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain('Press Ctrl+C again');
    expect(err).toContain(
      'Go on with: understudy train book.md --out stopped.voice --resume --threads 1',
    );
    const stopped = jsonLines(out).find(({ event }) => event === 'result');
    expect(stopped).toMatchObject({ ending: 'stopped' });

    const resume = ['train', 'book.md', '--out', 'stopped.voice', '--resume', '--threads', '1'];
    const again = start(cwd, [...resume, '--json']);
    await again.until(/"event":"progress"/);
    again.child.kill('SIGTERM');
    const second = await again.ended;
    expect(second.code).toBe(130);
    const first = jsonLines(second.out).find(({ event }) => event === 'progress');
    expect(first?.['step']).toBe(Number(stopped?.['steps']) + 1);
  });

  test('says which settings a resumed run leaves aside', async () => {
    const { err } = await understudy(cwd, [
      ...['train', 'nowhere.md', '--out', 'a.voice', '--resume', '--rate', '0.1'],
    ]);
    expect(err).toContain('left aside: --rate');
  });

  test('gives up with 6 when it breaks down again and again', async () => {
    const { code, err } = await understudy(cwd, [
      ...['train', 'book.md', '--out', 'wild.voice', '--epochs', '60', ...tiny],
      ...['--rate', '1000', '--warmup', '0', '--clip', '1000'],
    ]);
    expect(err).toContain('Training broke down');
    expect(code).toBe(6);
  });
});

describe('continue', () => {
  const from = ['continue', '--voice', 'a.voice', '--seed', '5', '--threads', '1'];

  test('gives the same text for the same seed, however it is asked', async () => {
    const prompt = 'The old harbour';
    folder.write('prompt.txt', `${prompt}\n`);
    const args = [...from, '--length', '6'];
    const typed = await understudy(cwd, [...args, '--prompt', prompt]);
    expect(typed.code).toBe(0);
    expect(typed.out.trim()).not.toBe('');
    expect(await understudy(cwd, [...args, '--file', 'prompt.txt'])).toEqual(typed);
    expect(await understudy(cwd, [...args, '-'], `${prompt}\n`)).toEqual(typed);
  });

  test('numbers several alternatives', async () => {
    const { out } = await understudy(cwd, [
      ...[...from, '--prompt', 'The sea', '--length', 'phrase', '--count', '3'],
    ]);
    expect(out.match(/^\d\. /gm)).toEqual(['1. ', '2. ', '3. ']);
  });

  test('streams pieces that add up, as JSON lines', async () => {
    const { out } = await understudy(cwd, [
      ...[...from, '--prompt', 'The sea', '--length', '5', '--json'],
    ]);
    const lines = jsonLines(out);
    const pieces = lines.filter(({ event }) => event === 'text').map(({ text }) => text);
    expect(lines.at(-1)).toMatchObject({ event: 'end', alternative: 0, text: pieces.join('') });
  });

  test('takes every way of sampling', async () => {
    const ways = [
      ['--greedy'],
      ['--temperature', '0.7', '--top-k', '5', '--top-p', '0.9'],
      ['--min-p', '0.1', '--typical', '0.9', '--no-dry'],
      ['--dry-multiplier', '1', '--dry-base', '1.2', '--dry-allowed', '5'],
      ['--precision', 'int8', '--context', '4', '--stop', 'zzz', '--max-tokens', '30'],
    ];
    for (const way of ways) {
      const { code, err } = await understudy(cwd, [...from, '--prompt', 'The sea', ...way]);
      expect({ way, code, err }).toEqual({ way, code: 0, err: '' });
    }
  });

  test('ends quietly when the reader goes away', async () => {
    const running = start(cwd, [...from, '--prompt', 'The sea', '--json', '--max-tokens', '2000']);
    running.child.stdout?.destroy();
    const { code, err } = await running.ended;
    expect(err).toBe('');
    expect(code).toBe(0);
  });
});

describe('a device', () => {
  beforeAll(() => {
    // Wherever this runs, no CUDA is there.
    vi.stubEnv('UNDERSTUDY_TENSORFLOW', cwd);
  });
  afterAll(() => void vi.unstubAllEnvs());

  test.each<[string, string[]]>([
    ['train', ['train', 'book.md', '--out', 'x.voice', ...tiny]],
    ['bench', ['bench', 'train', '--H', '8', '--E', '8', '--runs', '1']],
  ])('that is asked for and is not there ends %s with 1 and a way out', async (_, args) => {
    const { code, out, err } = await understudy(cwd, [...args, '--device', 'cuda']);
    // What is missing first depends on the computer.
    expect(err).toMatch(
      /^understudy: NVIDIA GPU by CUDA was asked for, but (no driver of NVIDIA's was found; .*|CUDA is for .* only|.*not a package)\. Choose auto or cpu/,
    );
    expect(code).toBe(1);
    expect(out).not.toContain('Reading');
    expect(existsSync(join(cwd, 'x.voice'))).toBe(false);
  });

  test('is told with the estimate, and with the command that goes on', async () => {
    const running = start(cwd, [
      ...['train', 'book.md', '--out', 'cpu.voice', '--device', 'cpu', '--json'],
      ...['--epochs', '1000', ...tiny],
    ]);
    await running.until(/"event":"progress"/);
    running.child.kill('SIGINT');
    const { out, err, code } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain('--resume --device cpu --threads 1');
    expect(jsonLines(out).find(({ event }) => event === 'estimate')).toMatchObject({
      device: 'cpu',
      speeds: [],
    });
  });

  test('makes no difference to what a voice writes, and whoever asks for one hears so', async () => {
    const args = ['continue', '--voice', 'a.voice', '--prompt', 'The sea', '--seed', '3'];
    const usual = await understudy(cwd, args);
    const asked = await understudy(cwd, [...args, '--device', 'cuda']);
    expect(usual.err).toBe('');
    expect(asked.err).toMatch(/^A voice is read and written on the processor/);
    expect(asked.out).toBe(usual.out);
    expect([usual.code, asked.code]).toEqual([0, 0]);
    const evaluated = await understudy(cwd, [
      ...['evaluate', 'book.md', '--voice', 'a.voice', '--device', 'webgpu'],
    ]);
    expect(evaluated.err).toMatch(/^A voice is read and written on the processor/);
    expect(evaluated.code).toBe(0);
  });
});

describe('evaluate, info, export and import', () => {
  test('evaluate tells bits per character', async () => {
    const { code, out } = await understudy(cwd, [
      ...['evaluate', 'book.md', '--voice', 'a.voice', '--json', '--threads', '1'],
    ]);
    expect(code).toBe(0);
    const [line] = jsonLines(out);
    expect(line).toMatchObject({ event: 'evaluation', voice: 'a.voice', files: 1 });
    expect(line?.['bitsPerCharacter']).toBeLessThan(5);
  });

  test('info describes the voice', async () => {
    const { out } = await understudy(cwd, ['info', 'a.voice']);
    expect(out).toContain('16 LSTM, embedding 8');
    expect(out).toContain('book.md: ');
    const [line] = jsonLines((await understudy(cwd, ['info', 'a.voice', '--json'])).out);
    expect(line).toMatchObject({ event: 'info', name: 'a', units: 'char' });
  });

  test('a voice travels as one file', async () => {
    expect((await understudy(cwd, ['export', 'a.voice', 'a.zip'])).code).toBe(0);
    expect((await understudy(cwd, ['export', 'a.voice', 'a.zip'])).code).toBe(4);
    expect((await understudy(cwd, ['import', 'a.zip', 'copy.voice'])).code).toBe(0);
    expect((await understudy(cwd, ['import', 'a.zip', 'copy.voice'])).code).toBe(4);
    const ask = ['--prompt', 'The sea', '--seed', '1', '--length', '5', '--threads', '1'];
    const original = await understudy(cwd, ['continue', '--voice', 'a.voice', ...ask]);
    expect(await understudy(cwd, ['continue', '--voice', 'copy.voice', ...ask])).toEqual(original);
  });
});

describe('bench', () => {
  test.each([
    ['train', ['--T', '8', '--B', '2']],
    ['sample', ['--precision', 'int8']],
  ])('%s prints one line with the fields of the peers', async (what, args) => {
    const { code, out } = await understudy(cwd, [
      ...['bench', what, '--E', '8', '--H', '8', '--V', '20', '--runs', '2', ...args],
    ]);
    expect(code).toBe(0);
    const [line, ...others] = jsonLines(out);
    expect(others).toEqual([]);
    expect(Object.keys(line ?? {})).toEqual(['peer', 'what', 'ms', 'tokens_per_s']);
    expect(line?.['what']).toBe(what);
  });

  test('quality prints the curve', async () => {
    folder.write('long.txt', prose(120));
    const { code, out } = await understudy(cwd, [
      ...['bench', 'quality', '--text', 'long.txt', '--recipe', 'char-rnn', '--epochs', '1'],
    ]);
    expect(code).toBe(0);
    const [line] = jsonLines(out);
    expect(Object.keys(line ?? {})).toEqual(['peer', 'what', 'curve', 'best', 'parameters']);
  });
});
