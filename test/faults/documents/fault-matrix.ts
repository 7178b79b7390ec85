import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeftover } from '../../../src/main/files/atomic.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { dice } from '../../helpers/dice.ts';
import { hostHere, type OpenHost } from '../../helpers/host-here.ts';
import { none, type Figure, type Section } from '../section.ts';
import { BrokenDisk, faults, isBehind, ways, type Injection, type Site } from './broken-disk.ts';
import { folders, inLanes, type Folders } from './desk.ts';
import { NEW, scenes, type Scene, type Texts } from './matrix-scenes.ts';

/** Hosts that break side by side: most of the time each waits. */
const LANES = 6;

interface Tally {
  rounds: number;
  /** Rounds whose call is made in every one of them, and those in which it came. */
  due: number;
  reached: number;
  readonly torn: string[];
  readonly falselySaved: string[];
  readonly lost: string[];
  readonly leftovers: string[];
  readonly stuck: string[];
}

/** Calls that change the disk: these may also fail after they have done their work. */
const changing = /^(rename|renameSync|link|rm|open|mkdir|copyFile|handle\.(write|sync|truncate))/;
const lasting = ['ENOSPC', 'EIO', 'EROFS'];

/** What can go wrong at a call: a short write only where something is written, and so on. */
const injectionsAt = (site: Site): Injection[] =>
  faults.flatMap((fault) =>
    ways
      .filter((way) => {
        if (fault === 'short') return site.kind.startsWith('handle.write') && way !== 'after';
        if (way === 'after') return fault === 'EIO' && changing.test(site.kind);
        return way === 'once' || lasting.includes(fault);
      })
      .map((way) => ({ ...site, fault, way })),
  );

export const faultMatrix: Section = {
  name: 'fault-matrix',
  about: 'every call to the disk of a save, a rename, a restore, a recovery fails in every way',
  short: 0.02,
  async measure(run) {
    const tally: Tally = {
      ...{
        rounds: 0,
        due: 0,
        reached: 0,
        torn: [],
        falselySaved: [],
        lost: [],
        leftovers: [],
        stuck: [],
      },
    };
    const roll = dice(run.seed);
    let calls = 0;
    for (const scene of scenes) {
      const sites = await sitesOf(scene);
      calls += sites.length;
      const all = sites.flatMap(injectionsAt);
      const share = run.share * (scene.part ?? 1);
      const chosen = share >= 1 ? all : all.filter(() => roll(1000) < share * 1000);
      await inLanes(chosen.length, LANES, async (next) => {
        for (let i = next(); i !== null; i = next()) {
          await breakOnce(scene, chosen[i]!, tally);
          if (i % 50 === 49) run.told(`${scene.name}: ${i + 1} of ${chosen.length}`);
        }
      });
      run.told(`${scene.name}: ${chosen.length} faults at ${sites.length} calls`);
    }
    return figuresOf(tally, calls);
  },
};

function figuresOf(tally: Tally, calls: number): readonly Figure[] {
  const { rounds, due, reached } = tally;
  return [
    {
      what: 'faults injected',
      measured: `${reached} of ${due}, and ${rounds - due} at snapshots, at ${calls} calls`,
      bar: '> 90 %',
      met: due > 0 && reached > 0.9 * due,
    },
    none('files neither old nor new', tally.torn, rounds),
    none('told as saved or done, and not so', tally.falselySaved, rounds),
    none('texts lost after a failure', tally.lost, rounds),
    none('failures that a well disk does not mend', tally.stuck, rounds),
    none('temporary files left after the next start', tally.leftovers, rounds),
  ];
}

/** The calls that a scene makes where nothing fails. */
async function sitesOf(scene: Scene): Promise<Site[]> {
  using at = folders();
  const open = await scene.prepare(at);
  await using disk = await BrokenDisk.mount(at.root);
  disk.record();
  unwrap(await scene.act(open, at));
  const sites = disk.sites();
  await open.host.close();
  return sites;
}

async function breakOnce(scene: Scene, injection: Injection, tally: Tally): Promise<void> {
  const { kind, nth, fault, way } = injection;
  const name = `${scene.name}, ${fault} ${way} at "${kind}" ${nth}`;
  using at = folders();
  const open = await scene.prepare(at);
  tally.rounds++;
  if (!isBehind(injection)) tally.due++;
  let healthy = false;
  {
    await using disk = await BrokenDisk.mount(at.root);
    disk.inject(injection);
    const result = await scene.act(open, at);
    const texts = textsIn(at);
    if (!scene.whole(texts)) tally.torn.push(`${name}: ${show(texts)}`);
    if (result.ok && !scene.done(texts)) tally.falselySaved.push(`${name}: ${show(texts)}`);
    if (!isHonest(open, texts)) tally.falselySaved.push(`${name}: told ${told(open)}`);
    if (disk.heal() && !isBehind(injection)) tally.reached++;
    if (!result.ok) healthy = await tryAgain(scene, open, at, name, tally);
    else healthy = true;
  }
  await open.host.close();
  await startAgain(scene, at, name, healthy, tally);
}

/** Once the disk is well, the same works, or has come about already. */
async function tryAgain(
  scene: Scene,
  open: OpenHost,
  at: Folders,
  name: string,
  tally: Tally,
): Promise<boolean> {
  const again = await scene.act(open, at);
  const texts = textsIn(at);
  if (scene.done(texts)) return true;
  const why = again.ok ? 'done' : again.error.sentence;
  tally.stuck.push(`${name}: ${why} ${show(texts)}`);
  return false;
}

/** After the next start nothing is left over, and the text is there. */
async function startAgain(
  scene: Scene,
  at: Folders,
  name: string,
  healthy: boolean,
  tally: Tally,
): Promise<void> {
  const next = await hostHere(at);
  try {
    const texts = textsIn(at);
    if (healthy && !scene.done(texts)) tally.lost.push(`${name}: ${show(texts)} after the start`);
    if (scene.name === 'trash') return;
    const all = new Set(texts.values());
    for (const path of texts.keys()) {
      const opened = await next.client.call.openDocument({ path });
      if (opened.ok) all.add(opened.value.text);
    }
    // What was to come back may still be where it was to come from.
    if (scene.name === 'restore') for (const text of await timelineOf(next)) all.add(text);
    if (!all.has(NEW)) tally.lost.push(`${name}: the text is nowhere: ${show(texts)}`);
  } finally {
    await next.host.close();
    // Only now: it writes files of its own.
    const left = everything(at.root).filter((path) => isLeftover(path.split('/').at(-1)!));
    if (left.length > 0) tally.leftovers.push(`${name}: ${left.join(', ')}`);
  }
}

async function timelineOf({ client: { call } }: OpenHost): Promise<readonly string[]> {
  const path = 'a.md';
  const { snapshots } = unwrap(await call.snapshots({ path }));
  return Promise.all(
    snapshots.map(async ({ id }) => unwrap(await call.readSnapshot({ path, id })).text),
  );
}

/** A document that was told as saved has its text in its file. */
const isHonest = (open: OpenHost, texts: Texts): boolean =>
  ['a.md', 'b.md', 'book/a.md'].every((path) => {
    const state = open.state(path);
    // Its first version is the file's own.
    if (state?.kind !== 'saved' || state.version < 2 || !texts.has(path)) return true;
    return texts.get(path) === NEW || open.reloaded.includes(texts.get(path)!);
  });

const told = ({ states }: OpenHost): string => JSON.stringify(states.at(-1));

const everything = (folder: string): string[] =>
  readdirSync(folder, { recursive: true }).map((path) => String(path));

function textsIn({ library }: Folders): Texts {
  const texts = new Map<string, string>();
  for (const path of everything(library)) {
    if (!path.endsWith('.md') || path.split('/').at(-1)!.startsWith('.')) continue;
    texts.set(path, readFileSync(join(library, path), 'utf8'));
  }
  return texts;
}

const show = (texts: Texts): string =>
  [...texts].map(([path, text]) => `${path} "${text.trim()}"`).join(', ') || 'no file';
