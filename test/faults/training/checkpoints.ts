import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadLatestCheckpoint } from '../../../src/main/files/checkpoints.ts';
import { isUserError } from '../../../src/shared/errors.ts';
import { dice } from '../../helpers/dice.ts';
import {
  jsonLines,
  prose,
  start,
  temporaryFolder,
  tiny,
  understudy,
} from '../../helpers/understudy.ts';
import { every, none, times, type Figure, type Run, type Section } from '../section.ts';
import { killAgainAndAgain } from './kills.ts';

export const checkpoints: Section = {
  name: 'checkpoints',
  about: 'trainings are killed, checkpoints damaged, and it goes on',
  short: 0.02,
  measure: async (run) => [
    ...(await killed(run)),
    ...(await flipped(run)),
    ...(await uninterrupted(run)),
  ],
};

async function killed(run: Run): Promise<readonly Figure[]> {
  const kills = times(run, 100);
  using folder = temporaryFolder();
  let done = 0;
  const { due, resumed, lost } = await killAgainAndAgain(folder, {
    kills,
    roll: dice(run.seed),
    network: run.share < 1 ? tiny : ['--layers', '192,192', '--batch', '8', '--window', '32'],
    told(text) {
      done++;
      run.told(text);
    },
  });
  const most = lost.toSorted((a, b) => b.seconds - a.seconds)[0]!;
  const tooMuch = lost
    .filter(({ seconds, interval }) => seconds > interval)
    .map(({ seconds, interval }) => `${seconds.toFixed(1)} s of ${interval.toFixed(1)}`);
  return [
    every(
      'kills of a training after which the voice loads and its checkpoints are whole',
      done,
      Math.max(kills, done),
    ),
    every('runs over a checkpoint that went on at the very step that was saved', resumed, due),
    {
      ...none('kills that lost more training than lies between two saves', tooMuch, lost.length),
      byTheClock: true,
    },
    {
      what: 'the most that a kill lost, and the time between two saves of that run',
      measured: `${most.seconds.toFixed(1)} s, ${most.interval.toFixed(1)} s`,
      bar: 'told',
      met: true,
    },
  ];
}

/** One bit of a checkpoint, anywhere in it, is another: it must be found out, and an older one serve. */
async function flipped(run: Run): Promise<readonly Figure[]> {
  using folder = temporaryFolder();
  folder.write('pages.txt', prose(12));
  const voice = join(folder.path, 'my.voice');
  const at = join(voice, 'checkpoints');
  const saved = async (): Promise<number> =>
    (await fs.readdir(at).catch(() => [])).filter((name) => name.startsWith('ckpt-')).length;
  // Stopping saves; one that is stopped before its first new step makes no other checkpoint.
  for (let tries = 0; (await saved()) < 2; tries++) {
    if (tries === 20) throw new Error('20 trainings made no second checkpoint');
    const rest = tries === 0 ? [...tiny, '--epochs', '5000'] : ['--resume', '--threads', '1'];
    const args = ['train', 'pages.txt', '--out', 'my.voice', '--json', ...rest];
    const running = start(folder.path, args);
    await running.until(/"progress"/);
    running.child.kill('SIGINT');
    await running.ended;
  }
  const newest = (await fs.readFile(join(at, 'LATEST'), 'utf8')).trim();
  const whole = await loadLatestCheckpoint(voice);
  const files = await Promise.all(
    ['state.safetensors', 'manifest.json'].map(async (name) => {
      const path = join(at, newest, name);
      return { path, bytes: await fs.readFile(path) };
    }),
  );
  const roll = dice(run.seed + 1);
  const flips = times(run, 1000);
  const missed: string[] = [];
  for (let i = 0; i < flips; i++) {
    const { path, bytes } = files[i % files.length]!;
    const [byte, bit] = [roll(bytes.length), roll(8)];
    const damaged = Buffer.from(bytes);
    damaged[byte]! ^= 1 << bit;
    await fs.writeFile(path, damaged);
    const found = await loadLatestCheckpoint(voice).catch((error: unknown) => {
      if (isUserError(error)) return null;
      throw error;
    });
    const isSeen = found?.passedOver.length === 1 && found.step !== whole?.step;
    if (!isSeen) missed.push(`bit ${bit} of byte ${byte} in ${path}`);
    await fs.writeFile(path, bytes);
    if (i % 100 === 0) run.told(`${i} flips`);
  }
  return [none('flipped bits of a checkpoint that were not found out', missed, flips)];
}

/** The steps that a run told of; its last line may be cut off by a kill. */
const stepsIn = (out: string): readonly number[] =>
  jsonLines(out.slice(0, out.lastIndexOf('\n') + 1))
    .filter(({ event }) => event === 'progress')
    .map(({ step }) => Number(step));

/** The same training twice: once in peace, once killed with -9 again and again. */
async function uninterrupted(run: Run): Promise<readonly Figure[]> {
  using folder = temporaryFolder();
  folder.write('pages.txt', prose(12));
  const recipe = [...tiny, '--epochs', run.share < 1 ? '60' : '120', '--seed', String(run.seed)];
  const args = (out: string, ...rest: string[]): string[] => [
    'train',
    'pages.txt',
    '--out',
    out,
    '--json',
    ...rest,
  ];
  const peace = await understudy(folder.path, args('peace.voice', ...recipe));
  if (peace.code !== 0) throw new Error(peace.err);
  run.told('trained in peace');
  const roll = dice(run.seed + 2);
  let [kills, due, resumed] = [0, 0, 0];
  // Killed until it has come through once, five times at the most.
  for (let ended = false; !ended;) {
    const voice = join(folder.path, 'war.voice');
    const saved = (await loadLatestCheckpoint(voice))?.step ?? null;
    // The kill may have come a moment after its end, when its checkpoints were gone.
    const hasBegun = saved !== null || existsSync(join(voice, 'voice.json'));
    const rest = hasBegun ? ['--resume', '--threads', '1'] : recipe;
    const running = start(folder.path, args('war.voice', ...rest));
    const isLast = kills === 5;
    if (!isLast) {
      // Once it has saved there is something to go on from.
      await Promise.race([running.until(/"saving"/), running.ended]).catch(() => undefined);
      await wait(roll(250));
      running.child.kill('SIGKILL');
    }
    const { code, out, err } = await running.ended;
    ended = code === 0;
    if (isLast && !ended) throw new Error(err);
    // One that had ended before is not hit.
    if (running.child.signalCode === 'SIGKILL') kills++;
    else if (!ended) throw new Error(err);
    const first = stepsIn(out)[0];
    // Whoever begins again begins at the first step, too.
    if (saved !== null && saved > 0 && first !== undefined) {
      due++;
      if (first === saved + 1) resumed++;
    }
    run.told(`killed ${kills} times, went on from ${saved ?? 'nothing'}`);
  }
  const [a, b] = await Promise.all(
    ['peace.voice', 'war.voice'].map(async (voice) => {
      const card = await fs.readFile(join(folder.path, voice, 'voice.json'), 'utf8');
      const { metrics } = JSON.parse(card) as { metrics: { heldBackNats: number; steps: number } };
      return metrics;
    }),
  );
  return [
    every(
      'runs of a training killed again and again that went on where it had saved',
      resumed,
      due,
    ),
    {
      what: `held-back loss after ${kills} kills and ${resumed} resumptions against an uninterrupted run`,
      measured: `${Math.abs(a!.heldBackNats - b!.heldBackNats).toExponential(1)} nats apart at ${b!.heldBackNats.toFixed(4)}`,
      bar: '<= 1e-6 nats',
      met: kills > 0 && resumed > 0 && Math.abs(a!.heldBackNats - b!.heldBackNats) <= 1e-6,
    },
  ];
}
