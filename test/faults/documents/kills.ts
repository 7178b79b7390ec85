import fs from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isLeftover } from '../../../src/main/files/atomic.ts';
import { defaultChoices } from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { enginePid } from '../../e2e/processes.ts';
import { dice } from '../../helpers/dice.ts';
import { launchWebHost } from '../../helpers/web-process.ts';
import { atMost, every, none, times, type Figure, type Run, type Section } from '../section.ts';
import { filesIn, folders, inLanes, sitDown, type Desk, type Folders, type Line } from './desk.ts';
import { Script } from './script.ts';

/** Whom a kill hits, and in the middle of what. */
const moments = [
  ...Array<'typing'>(34).fill('typing'),
  ...Array<'pausing'>(20).fill('pausing'),
  ...Array<'saving'>(16).fill('saving'),
  ...Array<'renaming'>(12).fill('renaming'),
  ...Array<'starting'>(5).fill('starting'),
  ...Array<'page'>(6).fill('page'),
  ...Array<'engine'>(7).fill('engine'),
] as const;
type Moment = (typeof moments)[number];

/** Hosts that run side by side. */
const LANES = 5;
const base = 'The sea was grey that day, and nobody spoke of it.\n\n';

interface Tally {
  readonly corrupt: string[];
  readonly reverted: string[];
  readonly leftovers: string[];
  readonly keptByPage: string[];
  readonly others: string[];
  /** Seconds of typing that were lost where the page died with the host. */
  readonly lostTyping: number[];
  readonly lostPausing: number[];
  readonly hits: Map<Moment, number>;
  /** Kills of a host that had told more as saved than what was opened. */
  toldAsSaved: number;
}

export const kills: Section = {
  name: 'kills',
  about: 'host, page and engine are killed with -9 at random moments',
  short: 0.03,
  alone: true,
  async measure(run) {
    const count = times(run, 200);
    const tally: Tally = {
      ...{ corrupt: [], reverted: [], leftovers: [], keptByPage: [], others: [] },
      ...{ lostTyping: [], lostPausing: [], hits: new Map(), toldAsSaved: 0 },
    };
    await inLanes(count, LANES, async (next, lane) => {
      using at = folders();
      await fs.writeFile(join(at.library, 'a.md'), base);
      const writer = new Lane(at, run, lane, tally);
      try {
        for (let n = next(); n !== null; n = next()) await writer.killOnce(n);
      } finally {
        await writer.end();
      }
    });
    return figuresOf(tally, count);
  },
};

function figuresOf(tally: Tally, count: number): readonly Figure[] {
  const most = (seconds: readonly number[]): number => Math.max(0, ...seconds);
  const hits = [...tally.hits].map(([moment, n]) => `${n} ${moment}`).join(', ');
  return [
    every(
      `kills (${hits})`,
      [...tally.hits.values()].reduce((a, b) => a + b, 0),
      count,
    ),
    atMost('text lost under continuous typing, host and page dead', most(tally.lostTyping), 2, 's'),
    atMost(
      'text lost that was typed before a pause, host and page dead',
      most(tally.lostPausing),
      1,
      's',
    ),
    none('text lost where the page lived', tally.keptByPage, count),
    none('corrupt files', tally.corrupt, count),
    none('silent reverts', tally.reverted, count),
    {
      what: 'kills after which a revert could be seen: new words had been told as saved',
      measured: `${tally.toldAsSaved} of ${count}`,
      bar: '> 50 %',
      met: tally.toldAsSaved > 0.5 * count,
    },
    none('temporary files left after the next start', tally.leftovers, count),
    none('texts of others that changed, hosts that did not start', tally.others, count),
  ];
}

/** One document that is written, killed, recovered and written on. */
class Lane {
  readonly #at: Folders;
  readonly #run: Run;
  readonly #tally: Tally;
  readonly #roll: (n: number) => number;
  #desk: Desk | null = null;
  #line: Line | null = null;
  #name = 'a.md';
  #typed = 0;
  #renamed = 0;
  /** Characters of the file as it was when the host was killed. */
  #saved = 0;

  constructor(at: Folders, run: Run, lane: number, tally: Tally) {
    this.#at = at;
    this.#run = run;
    this.#tally = tally;
    this.#roll = dice(run.seed * 100 + lane);
  }

  async end(): Promise<void> {
    await this.#desk?.[Symbol.asyncDispose]();
  }

  async killOnce(n: number): Promise<void> {
    const moment = moments[(n * 37) % moments.length]!;
    const name = `kill ${n}, ${moment}`;
    try {
      await this.#kill(moment, name);
      this.#tally.hits.set(moment, (this.#tally.hits.get(moment) ?? 0) + 1);
      this.#run.told(name);
    } catch (error) {
      throw new Error(name, { cause: error });
    }
  }

  async #kill(moment: Moment, name: string): Promise<void> {
    const line = await this.#sit(moment === 'engine');
    const { call } = line.client;
    unwrap(await call.changeSettings({ autosaveDelay: 200 + this.#roll(801) }));
    const script = await Script.open(line, this.#name, this.#typed);
    const before = script.text;
    const every = 10 + this.#roll(50);
    if (moment === 'engine') await this.#startTraining(line);
    // Something new is told as saved in every round: who types on and on is saved only when he pauses.
    script.type();
    await script.sent();
    unwrap(await call.saveDocument({ path: this.#name }));
    await script.typeFor(300 + this.#roll(moment === 'typing' ? 3500 : 1200), every);
    const other = `b${++this.#renamed}.md`;
    switch (moment) {
      case 'pausing':
        await wait(this.#roll(2000));
        break;
      case 'saving':
        void call.saveDocument({ path: this.#name });
        await wait(this.#roll(25));
        break;
      case 'renaming':
        await script.sent();
        void call.renameEntry({ path: this.#name, name: other });
        await wait(this.#roll(40));
        break;
      case 'engine':
        return this.#killEngine(script, name, every);
      case 'page':
        return this.#killPage(script, name);
      case 'typing':
      case 'starting':
    }
    const when = await this.#desk!.kill();
    this.#desk = null;
    await this.#lookAtDisk(script, before, name);
    // Recovering may be killed, too.
    if (moment === 'starting') await this.#killWhileStarting();
    const again = await this.#sit(false);
    await this.#findName(other, name);
    const opened = unwrap(await again.client.call.openDocument({ path: this.#name }));
    this.#compare(script, opened, when, moment, name);
    // What the page still has comes back by itself when it finds a host again, what was confirmed too.
    const typed = script.text;
    const whole = await script.reconnect(again, this.#name);
    if (whole !== typed || script.text !== typed) {
      this.#tally.keptByPage.push(`${name}: the host has another text`);
    }
    if (opened.fileText !== null) {
      unwrap(
        await again.client.call.settleDocument({ path: this.#name, settlement: { keep: 'mine' } }),
      );
    }
    await this.#endRound(again, script, name);
  }

  /** What the host found after a kill, against what was typed and what had been told as saved. */
  #compare(
    script: Script,
    opened: { readonly text: string; readonly fileText: string | null },
    when: number,
    moment: Moment,
    name: string,
  ): void {
    const { text, fileText } = opened;
    if (!script.text.startsWith(text)) {
      this.#tally.corrupt.push(`${name}: the recovered text is none that was typed`);
      return;
    }
    if (fileText !== null && fileText.length > text.length) {
      this.#tally.reverted.push(`${name}: the file had more than what was opened`);
    }
    if (text.length < this.#saved) {
      this.#tally.reverted.push(
        `${name}: ${this.#saved} characters were saved, ${text.length} came back`,
      );
    }
    const lost = script.firstLost(text);
    const seconds = lost === null ? 0 : Math.max(0, when - lost.at) / 1000;
    (moment === 'pausing' ? this.#tally.lostPausing : this.#tally.lostTyping).push(seconds);
  }

  /** The file is whole: a text that was typed, up to the end of some word. */
  async #lookAtDisk(script: Script, before: string, name: string): Promise<void> {
    const files = await filesIn(this.#at.library);
    const documents = [...files].filter(([path]) => !path.startsWith('.'));
    if (documents.length !== 1) {
      const names = documents.map(([path]) => path).join(', ');
      this.#tally.corrupt.push(`${name}: there is ${names || 'no file'}`);
    }
    this.#saved = 0;
    for (const [path, bytes] of documents) {
      const ends = [before.length, ...script.words.map(({ end }) => end)];
      const text = bytes.toString('utf8');
      // The file may be older than this sitting: then it has what an earlier one had.
      const isWhole =
        script.text.startsWith(text) && (ends.includes(text.length) || /[ \n]$/.test(text));
      if (!isWhole) this.#tally.corrupt.push(`${name}: ${path} is no text that was typed`);
      this.#saved = Math.max(this.#saved, text.length);
    }
    const told = script.toldAsSaved;
    if (told !== null && told > before.length) this.#tally.toldAsSaved++;
    // All before this sitting had been saved when the last one ended.
    const least = Math.max(before.length, told ?? 0);
    if (this.#saved < least) {
      this.#tally.reverted.push(
        `${name}: ${least} characters were told as saved, the file has ${this.#saved}`,
      );
    }
  }

  /** Recovering what the kill before left is interrupted, too. */
  async #killWhileStarting(): Promise<void> {
    const { child, ended, ready } = launchWebHost(this.#at);
    ready.catch(() => undefined);
    await wait(this.#roll(1200));
    child.kill('SIGKILL');
    await ended;
  }

  /** A kill in the middle of a renaming leaves one name, the old or the new. */
  async #findName(other: string, name: string): Promise<void> {
    const documents = (await fs.readdir(this.#at.library)).filter((one) => !one.startsWith('.'));
    if (documents.includes(other) && !documents.includes(this.#name)) this.#name = other;
    else if (!documents.includes(this.#name)) {
      this.#tally.corrupt.push(`${name}: ${documents.join(', ')} is all there is`);
    }
  }

  async #sit(engines: boolean): Promise<Line> {
    if (engines && this.#desk) {
      await this.#desk.quit();
      this.#desk = null;
    }
    if (!this.#desk) {
      this.#desk = await sitDown({ ...this.#at, engines });
      this.#line = null;
    }
    return (this.#line ??= await this.#desk.connect());
  }

  async #startTraining({ client }: Line): Promise<void> {
    const network = { embedding: 8, layers: [16] };
    const training = { batch: 4, window: 16, epochs: 100_000, patience: 0 };
    unwrap(
      await client.call.startTraining({
        name: `Voice ${this.#renamed}`,
        sources: [{ kind: 'sample' }],
        choices: {
          ...defaultChoices,
          overrides: { ...defaultChoices.overrides, network, training },
        },
      }),
    );
  }

  /** An engine that dies in the middle of a word takes no letter with it. */
  async #killEngine(script: Script, name: string, every: number): Promise<void> {
    const pid = await enginePid(this.#desk!.host.child.pid!, 'trainer');
    const typing = script.typeFor(600, every);
    await wait(this.#roll(500));
    process.kill(pid, 'SIGKILL');
    await typing;
    await this.#endRound(this.#line!, script, name);
    await this.#desk!.quit();
    this.#desk = null;
  }

  /** The page is gone without a word; the host goes on, and the next page has all that was sent. */
  async #killPage(script: Script, name: string): Promise<void> {
    const when = performance.now();
    script.line.cut();
    this.#line = await this.#desk!.connect();
    const opened = unwrap(await this.#line.client.call.openDocument({ path: this.#name }));
    this.#saved = 0;
    this.#compare(script, opened, when, 'page', name);
    script.text = opened.text;
    script.words = script.words.filter(({ end }) => end <= opened.text.length);
    await script.reconnect(this.#line);
    await this.#endRound(this.#line, script, name);
  }

  /** Saved, and exactly what was typed; nothing else is in the library. */
  async #endRound({ client }: Line, script: Script, name: string): Promise<void> {
    await script.sent();
    unwrap(await client.call.saveDocument({ path: this.#name }));
    const files = await filesIn(this.#at.library);
    if (files.get(this.#name)?.toString('utf8') !== script.text) {
      this.#tally.others.push(`${name}: the file is not what was typed`);
    }
    for (const path of files.keys()) {
      if (isLeftover(path)) this.#tally.leftovers.push(`${name}: ${path}`);
      else if (path !== this.#name) await fs.rm(join(this.#at.library, path));
    }
    // Voices and journals have leftovers of their own; what the host writes just now is none.
    const data = await fs.readdir(this.#at.data);
    const isOld = (path: string): boolean => !path.includes(`.${this.#desk!.host.child.pid}-`);
    for (const path of data.filter(isLeftover).filter(isOld)) {
      this.#tally.leftovers.push(`${name}: ${path}`);
    }
    this.#typed = script.typed;
    if (script.text.length > 200_000) {
      const version = unwrap(await client.call.openDocument({ path: this.#name })).version;
      const edits = [{ from: base.length, to: script.text.length, insert: '' }];
      unwrap(await client.call.editDocument({ path: this.#name, base: version, edits }));
      unwrap(await client.call.saveDocument({ path: this.#name }));
    }
    unwrap(await client.call.closeDocument({ path: this.#name }));
  }
}
