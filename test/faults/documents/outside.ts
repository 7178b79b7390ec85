import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { unwrap } from '../../../src/shared/result.ts';
import { dice } from '../../helpers/dice.ts';
import { every, none, times, type Figure, type Run, type Section } from '../section.ts';
import { folders, inLanes, sitDown, type Folders, type Line } from './desk.ts';
import { Script } from './script.ts';

/** What another program does to the file of an open document. */
const ways = ['sync tool', 'in place', 'over it', 'delete', 'second instance'] as const;
type Way = (typeof ways)[number];
/** What the writer does meanwhile. */
const moments = ['resting', 'typing', 'saving'] as const;

const LANES = 5;
const path = 'a.md';

interface Tally {
  rounds: number;
  conflicts: number;
  reloads: number;
  readonly overwritten: string[];
  readonly lost: string[];
  /** Versions of the writer that were told as saved, and that only the timeline has. */
  inTimeline: number;
  readonly unsettled: string[];
  readonly falseConflicts: string[];
  ownSaves: number;
}

export const outside: Section = {
  name: 'outside',
  about: 'other programs and a second Understudy change files that are open',
  short: 0.03,
  async measure(run) {
    const tally: Tally = {
      ...{ rounds: 0, conflicts: 0, reloads: 0, ownSaves: 0, inTimeline: 0 },
      ...{ overwritten: [], lost: [], unsettled: [], falseConflicts: [] },
    };
    const count = times(run, 500);
    await inLanes(count, LANES, (next, lane) => outsideLane(run, next, lane, tally));
    await ownSaves(run, tally);
    for (const found of [...tally.overwritten, ...tally.lost, ...tally.unsettled]) run.told(found);
    return figuresOf(tally, count);
  },
};

function figuresOf(tally: Tally, count: number): readonly Figure[] {
  const { rounds, conflicts, reloads, ownSaves } = tally;
  return [
    every(`changes from outside (${conflicts} conflicts, ${reloads} reloads)`, rounds, count),
    none('versions of others that were silently overwritten', tally.overwritten, count),
    none('versions of the writer that cannot be recovered', tally.lost, count),
    {
      what: 'versions that only the timeline has, after a save that another program took away',
      measured: `${tally.inTimeline}`,
      bar: 'told',
      met: true,
    },
    none('documents that could not be saved in the end', tally.unsettled, count),
    none('false conflicts in own saves', tally.falseConflicts, ownSaves),
  ];
}

async function outsideLane(
  run: Run,
  next: () => number | null,
  lane: number,
  tally: Tally,
): Promise<void> {
  using at = folders();
  writeFileSync(join(at.library, path), 'Old.\n');
  await using desk = await sitDown(at);
  // A second one over the same library, with a folder of its own.
  using beside = folders();
  await using other = await sitDown({ library: at.library, data: beside.data });
  const [mine, theirs] = [await desk.connect(), await other.connect()];
  const roll = dice(run.seed * 100 + lane);
  const reloads: number[] = [];
  for (const { client } of [mine, theirs]) {
    unwrap(await client.call.changeSettings({ autosaveDelay: 200 }));
    client.on.documentReloaded(() => tally.reloads++);
  }
  mine.client.on.documentReloaded(({ version }) => reloads.push(version));
  for (let n = next(); n !== null; n = next()) {
    const way = ways[n % ways.length]!;
    const moment = moments[roll(moments.length)]!;
    const name = `round ${n}, ${way} while ${moment}`;
    await roundOf({ at, mine, theirs, reloads, roll, way, moment, name, n }, tally);
    tally.rounds++;
    run.told(name);
  }
}

interface Round {
  readonly at: Folders;
  readonly mine: Line;
  readonly theirs: Line;
  /** Versions with which a text from the disk took the place of the writer's. */
  readonly reloads: number[];
  readonly roll: (n: number) => number;
  readonly way: Way;
  readonly moment: (typeof moments)[number];
  readonly name: string;
  readonly n: number;
}

/** A word of the writer's, and the version of the host that has it. */
interface Typed {
  readonly word: string;
  readonly version: Promise<number | null>;
}

async function roundOf(round: Round, tally: Tally): Promise<void> {
  const { at, mine, theirs, reloads, roll, way, moment, name, n } = round;
  const file = join(at.library, path);
  const script = await Script.open(mine, path);
  const base = script.text;
  const told = mine.states.length;
  reloads.length = 0;
  const their = `theirs${n}. `;
  const words: Typed[] = [];
  const type = (word: string): void => {
    script.type(word);
    words.push({ word, version: script.sent() });
  };
  if (moment !== 'resting') type(`mine${n}. `);
  if (moment === 'saving') void mine.client.call.saveDocument({ path });
  await wait(roll(moment === 'typing' ? 350 : 40));
  let second: Script | null = null;
  if (way === 'second instance') {
    second = await Script.open(theirs, path);
    second.type(their);
    await second.sent();
    await theirs.client.call.saveDocument({ path });
  } else {
    change(file, way, their);
  }
  // Another word than the first, so that each of them is missed.
  if (moment === 'typing') type(`again${n}. `);
  await wait(roll(300));
  await script.sent();
  // What each of them ends with, whatever came between: the writer saves, and chooses where asked.
  for (const [line, who] of [
    [mine, script],
    [theirs, second],
  ] as const) {
    if (who) await settle(line, roll, name, tally);
  }
  if (second) {
    // The first one hears what the second one has chosen.
    await settle(mine, roll, name, tally);
    await settle(theirs, roll, name, tally);
    unwrap(await theirs.client.call.closeDocument({ path }));
  }
  const texts = textsIn(at.library);
  if (way !== 'delete' && !texts.some((text) => text.includes(their))) {
    tally.overwritten.push(`${name}: ${show(texts)}`);
  }
  const open = await mine.client.call.openDocument({ path });
  if (![...texts, open.ok ? open.value.text : ''].some((text) => text.includes(base.trim()))) {
    tally.lost.push(`${name}, the text before it: ${show(texts)}`);
  }
  const states = mine.states.slice(told);
  for (const { word, version } of words) {
    if (texts.some((text) => text.includes(word))) continue;
    // A tool that read the file before a save and wrote it after takes the save away, and no program can
    // hinder that: the version before the reload is in the timeline.
    const isKept = wasSaved(states, await version, reloads);
    if (isKept && (await timelineOf(mine)).some((text) => text.includes(word))) tally.inTimeline++;
    else tally.lost.push(`${name}, ${word}: ${show(texts)}`);
  }
  unwrap(await mine.client.call.closeDocument({ path }));
  for (const one of readdirSync(at.library)) if (one !== path) rmSync(join(at.library, one));
  // The next round begins with a short text.
  writeFileSync(file, `Round ${n}.\n`);
}

/** Whether the host told a text with this version as saved, before one from the disk took its place. */
function wasSaved(
  states: Line['states'],
  version: number | null,
  reloads: readonly number[],
): boolean {
  if (version === null) return false;
  const taken = Math.min(...reloads.filter((reload) => reload > version));
  return states.some(
    ({ state }) => state.kind === 'saved' && state.version >= version && state.version < taken,
  );
}

/** What another program does: it reads what is there, and writes that with words of its own. */
function change(file: string, way: Exclude<Way, 'second instance'>, their: string): void {
  const text = `${their}${readFileSync(file, 'utf8')}`;
  switch (way) {
    case 'sync tool':
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
      break;
    case 'in place':
      writeFileSync(file, text, { flag: 'r+' });
      break;
    case 'over it':
      writeFileSync(file, text);
      break;
    case 'delete':
      rmSync(file);
  }
}

/** Saves until the file has it, and chooses one side of every conflict. */
async function settle(
  { client, state }: Line,
  roll: (n: number) => number,
  name: string,
  tally: Tally,
): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    const result = await client.call.saveDocument({ path });
    if (result.ok && state(path)?.kind !== 'conflict') return;
    if (!result.ok && result.error.code !== 'document.changed') {
      tally.unsettled.push(`${name}: ${result.error.sentence}`);
      return;
    }
    tally.conflicts++;
    const keep = roll(2) === 0 ? 'mine' : 'theirs';
    await client.call.settleDocument({ path, settlement: { keep } });
  }
  tally.unsettled.push(`${name}: never settled`);
}

const textsIn = (library: string): string[] =>
  readdirSync(library)
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(library, name), 'utf8'));

/** The texts of its snapshots. */
async function timelineOf({ client: { call } }: Line): Promise<readonly string[]> {
  const { snapshots } = unwrap(await call.snapshots({ path }));
  return Promise.all(
    snapshots.map(async ({ id }) => unwrap(await call.readSnapshot({ path, id })).text),
  );
}

const show = (texts: readonly string[]): string =>
  texts.map((text) => JSON.stringify(text.slice(0, 80))).join(' | ');

/** Saves of Understudy itself, which its own watcher sees. */
async function ownSaves(run: Run, tally: Tally): Promise<void> {
  using at = folders();
  writeFileSync(join(at.library, path), '');
  await using desk = await sitDown(at);
  const line = await desk.connect();
  unwrap(await line.client.call.changeSettings({ autosaveDelay: 200 }));
  line.client.on.documentReloaded(({ text }) => {
    tally.falseConflicts.push(`reloaded with ${text.length} characters`);
  });
  const roll = dice(run.seed + 7);
  const script = await Script.open(line, path);
  tally.ownSaves = times(run, 500);
  for (let i = 0; i < tally.ownSaves; i++) {
    script.type();
    // Some by themselves, some asked for, some while another is under way.
    if (roll(4) > 0) void line.client.call.saveDocument({ path });
    await wait(roll(5) === 0 ? 250 : roll(60));
    if (i % 50 === 0) run.told(`own save ${i}`);
  }
  await script.sent();
  unwrap(await line.client.call.saveDocument({ path }));
  await wait(600);
  for (const { state } of line.states) {
    if (state.kind !== 'saved' && state.kind !== 'unsaved') {
      tally.falseConflicts.push(JSON.stringify(state));
    }
  }
  if (readFileSync(join(at.library, path), 'utf8') !== script.text) {
    tally.falseConflicts.push('the file is not what was typed');
  }
}
