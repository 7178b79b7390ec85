import { resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createEngines,
  type Engines,
  type EnginesOptions,
} from '../../../src/main/host/engines/index.ts';
import { Restarts } from '../../../src/main/host/engines/restarts.ts';
import { defaultChoices, type EngineState } from '../../../src/shared/api/index.ts';
import { launcher, until, type Launched } from '../../helpers/engines.ts';
import { refuses } from '../../helpers/voices.ts';

const failing = resolve(import.meta.dirname, '../../helpers/failing-engine.ts');

interface Supervised extends Launched {
  readonly engines: Engines;
  /** The trainer's states, one after the other. */
  readonly kinds: EngineState['kind'][];
  /** Has the trainer do something; without `how` it does well. */
  readonly ask: (how?: string) => Promise<unknown>;
}

function supervised(
  program?: string,
  timing: EnginesOptions['timing'] = { pingEvery: 50, hangLimit: 400 },
): Supervised {
  const launched = launcher(program);
  const kinds: EngineState['kind'][] = [];
  const engines = createEngines({
    launch: launched.launch,
    devices: launched.devices,
    threads: () => 1,
    changed: ({ trainer }) => kinds.push(trainer.kind),
    log: (line) => launched.lines.push(line),
    timing,
  });
  onTestFinished(() => engines.dispose());
  const ask = (how = 'well'): Promise<unknown> =>
    engines.trainer.call('inspect', { files: [how], choices: defaultChoices });
  return { ...launched, engines, kinds, ask };
}

describe('a supervisor', () => {
  test('starts a process when it is first asked for something, and once', async () => {
    const { engines, processes, kinds, ask } = supervised(failing);
    expect(engines.status().trainer.kind).toBe('starting');
    expect(engines.trainer.callIfRunning('giveWay', { how: 'wait', milliseconds: 0 })).toBeNull();
    expect(processes).toHaveLength(0);
    await Promise.all([ask(), ask()]);
    expect(processes).toHaveLength(1);
    expect(kinds).toEqual(['ready']);
    await refuses(() => ask('refuse'), 'text.missing', 'There is no such text.');
    expect(processes).toHaveLength(1);
  });

  test.each(['exit', 'abort', 'fault', 'memory'])(
    'replaces a process that dies of: %s',
    async (how) => {
      const { engines, processes, kinds, ask } = supervised(failing);
      const options = process.env['NODE_OPTIONS'];
      process.env['NODE_OPTIONS'] = '--max-old-space-size=40';
      onTestFinished(() => {
        if (options === undefined) delete process.env['NODE_OPTIONS'];
        else process.env['NODE_OPTIONS'] = options;
      });
      await ask();
      await refuses(() => ask(how), 'engine.gone');
      await until(() => engines.status().trainer.kind === 'ready');
      expect(kinds).toEqual(['ready', 'restarting', 'ready']);
      await ask();
      expect(processes).toHaveLength(2);
    },
  );

  test('finds a process that hangs, and replaces it', async () => {
    const { kinds, lines, ask } = supervised(failing);
    await ask();
    await refuses(() => ask('hang'), 'engine.gone');
    await ask();
    expect(kinds).toEqual(['ready', 'restarting', 'ready']);
    expect(lines.join()).toMatch(/does not answer/);
  });

  test('tells of a process that does not answer, and that it does again', async () => {
    const timing = { pingEvery: 50, tellAfter: 150, hangLimit: 60_000 };
    const { engines, processes, kinds, newest, ask } = supervised(failing, timing);
    await ask();
    process.kill(newest('trainer').pid!, 'SIGSTOP');
    const asked = ask();
    await until(() => engines.status().trainer.kind === 'silent');
    process.kill(newest('trainer').pid!, 'SIGCONT');
    await asked;
    await until(() => engines.status().trainer.kind === 'ready');
    expect(kinds).toEqual(['ready', 'silent', 'ready']);
    expect(processes).toHaveLength(1);
  });

  test('finds a process that the system stopped', async () => {
    const { newest, ask } = supervised(failing);
    await ask();
    process.kill(newest('trainer').pid!, 'SIGSTOP');
    await refuses(() => ask(), 'engine.gone');
    await ask();
  });

  test('lets a process be that is idle, however long', async () => {
    const { processes, ask } = supervised(failing, { pingEvery: 50, hangLimit: 150 });
    await ask();
    await new Promise((done) => setTimeout(done, 400));
    await ask();
    expect(processes).toHaveLength(1);
  });

  test('gives up after three restarts, and starts again when it is asked', async () => {
    const { engines, processes, ask } = supervised(failing);
    for (let i = 0; i < 3; i++) await refuses(() => ask('exit'), 'engine.gone');
    await until(() => engines.status().trainer.kind === 'ready');
    await refuses(() => ask('exit'), 'engine.gone');
    const { trainer } = engines.status();
    expect(trainer).toMatchObject({ kind: 'stopped' });
    expect(processes).toHaveLength(4);
    await ask();
    expect(engines.status().trainer.kind).toBe('ready');
    expect(processes).toHaveLength(5);
  });

  test('that gave up starts nothing for what nobody waits for', async () => {
    const { engines, processes, ask } = supervised(failing);
    const background = (): Promise<null> | null => engines.trainer.callUnlessStopped('ping', {});
    await background();
    expect(processes).toHaveLength(1);
    for (let i = 0; i < 4; i++) await refuses(() => ask('exit'), 'engine.gone');
    await until(() => engines.status().trainer.kind === 'stopped');
    for (let i = 0; i < 5; i++) expect(background()).toBeNull();
    expect(processes).toHaveLength(4);
    // One process for each time that the writer asks, and none by itself.
    await refuses(() => ask('exit'), 'engine.gone');
    await until(() => engines.status().trainer.kind === 'stopped');
    expect(background()).toBeNull();
    expect(processes).toHaveLength(5);
    await ask();
    await background();
    expect(processes).toHaveLength(6);
  });

  test('says so when the program is not there', async () => {
    const { engines, ask } = supervised(`${failing}.gone`);
    await refuses(() => ask(), 'engine.gone');
    await until(() => engines.status().trainer.kind === 'stopped');
  });

  test('lets a process rest that has nothing to do, and only then', async () => {
    const { engines, processes, kinds, ask } = supervised(failing);
    engines.trainer.rest();
    await ask();
    const asked = ask();
    await Promise.resolve();
    engines.trainer.rest();
    await asked;
    expect(processes).toHaveLength(1);
    engines.trainer.rest();
    await ask();
    expect(processes).toHaveLength(2);
    expect(kinds).toEqual(['ready', 'starting', 'ready']);
  });

  test('says what to do when nothing can be launched', async () => {
    const engines = createEngines({
      launch() {
        throw new Error('No engine here');
      },
      devices: launcher().devices,
      threads: () => 1,
      changed: () => undefined,
      log: () => undefined,
    });
    await refuses(() => engines.trainer.call('ping', {}), 'engine.failed', 'install');
    expect(engines.status().trainer.kind).toBe('stopped');
  });

  test('ends what is open with its process', async () => {
    const { engines, newest } = supervised(failing);
    const request = {
      files: ['well'],
      out: 'nowhere',
      choices: defaultChoices,
      resume: false,
      device: 'auto' as const,
      readings: 'devices.json',
      memoryLimit: 0,
    };
    const { signal } = new AbortController();
    const training = engines.trainer.stream('train', request, { signal });
    const next = training.next();
    await until(() => engines.status().trainer.kind === 'ready');
    newest('trainer').kill();
    await refuses(() => next, 'engine.gone');
    engines.dispose();
    await refuses(
      () => engines.trainer.call('giveWay', { how: 'wait', milliseconds: 0 }),
      'engine.gone',
    );
  });
});

test('restarts are counted within ten minutes', () => {
  let now = 0;
  const restarts = new Restarts(() => now);
  const take = (): boolean => restarts.take();
  expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  now = 599_000;
  expect(take()).toBe(false);
  now = 600_001;
  expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
});

test('the real program says what it runs on, in both roles', async () => {
  const { engines, newest } = supervised(undefined, { pingEvery: 2000, hangLimit: 60_000 });
  await engines.trainer.call('ping', {});
  await engines.sampler.call('ping', {});
  const { trainer, sampler } = engines.status();
  expect(trainer).toMatchObject({
    kind: 'ready',
    runsOn: expect.stringContaining('CPU') as string,
  });
  expect(sampler).toMatchObject({
    kind: 'ready',
    runsOn: expect.stringContaining('CPU') as string,
  });
  expect(newest('trainer').pid).not.toBe(newest('sampler').pid);
});
