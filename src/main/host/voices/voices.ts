import fs from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { VoiceDetails, VoiceExportStage, VoiceSummary } from '../../../shared/api/index.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { exportVoice, importVoice } from '../../files/archive.ts';
import { codeOf, diskError, renameDurably, temporaryName } from '../../files/atomic.ts';
import { twinOf } from '../../files/file-names.ts';
import { lockVoice } from '../../files/lock.ts';
import { CARD, CHECKPOINTS, readCard, WEIGHTS } from '../../files/voice-folder.ts';
import { checkedName, forPeople, freeNames } from '../library/index.ts';
import type { Platform } from '../types.ts';
import { readYou, writeYou } from './you.ts';

const ENDING = '.voice';

export interface VoicesOptions {
  /** `<dataFolder>/voices`, which is there. */
  readonly folder: string;
  readonly platform: Platform;
  readonly changed: (voices: readonly VoiceSummary[]) => void;
  /** The weights under this name are others now, or gone. */
  readonly forget: (name: string) => void;
  /** The creativity that is as surprising as the writer's own pages. Throws UserError. */
  readonly measureYou: (name: string) => Promise<number>;
  readonly log: (line: string) => void;
}

/** The voices of this computer. Each is a folder; its name is its id. */
export class Voices {
  readonly #options: VoicesOptions;
  #list: readonly VoiceSummary[] = [];
  #measuring = false;
  /** Could not be measured in this state; not tried again before they change. */
  readonly #unmeasurable = new Set<string>();

  private constructor(options: VoicesOptions) {
    this.#options = options;
  }

  static async open(options: VoicesOptions): Promise<Voices> {
    const voices = new Voices(options);
    await voices.#read();
    return voices;
  }

  get list(): readonly VoiceSummary[] {
    return this.#list;
  }

  /** The folder of a voice, there or not. */
  pathOf(name: string): string {
    return join(this.#options.folder, `${name}${ENDING}`);
  }

  /** A voice was trained further, or to its end. */
  async trained(name: string): Promise<void> {
    this.#unmeasurable.delete(name);
    this.#options.forget(name);
    await this.refresh();
  }

  /** Reads all cards again and tells. */
  async refresh(): Promise<void> {
    await this.#read();
    this.#options.changed(this.#list);
  }

  /** Throws UserError. */
  async details(name: string): Promise<VoiceDetails> {
    const folder = await this.#there(name);
    const card = await readCard(folder);
    const bytes = card.weights?.bytes ?? 0;
    const sizes = await Promise.all(
      [CARD, WEIGHTS].map(async (file) => (await fs.stat(join(folder, file)).catch(absent))?.size),
    );
    return {
      name,
      appVersion: card.appVersion,
      config: card.config,
      // Every weight is a 32-bit number.
      parameters: bytes / 4,
      trainedOn: card.trainedOn.map(({ name, words, characters }) => ({ name, words, characters })),
      steps: card.metrics.steps,
      seconds: card.metrics.seconds,
      heldBackNats: card.metrics.heldBackNats,
      bitsPerCharacter: card.metrics.bitsPerCharacter,
      bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    };
  }

  /** Throws UserError. */
  async rename(name: string, to: string): Promise<void> {
    const folder = await this.#there(name);
    if (name === to) return;
    checkedName(to);
    await this.#assertFree(to, name);
    await this.#assertIdle(folder);
    await renameDurably(folder, this.pathOf(to)).catch((error: unknown) => {
      throw diskError(error, this.pathOf(to));
    });
    this.#options.forget(name);
    await this.refresh();
  }

  /** Gives the name of the copy. Throws UserError. */
  async duplicate(name: string): Promise<string> {
    const folder = await this.#there(name);
    await this.#assertIdle(folder);
    const copy = await this.#freeName(`${name} copy`);
    const target = this.pathOf(copy);
    const temporary = temporaryName(target);
    try {
      await fs.cp(folder, temporary, {
        recursive: true,
        errorOnExist: true,
        filter: (path) => !basename(path).startsWith('.'),
      });
      await renameDurably(temporary, target);
    } catch (error) {
      await fs.rm(temporary, { recursive: true, force: true });
      throw diskError(error, target);
    }
    await this.refresh();
    return copy;
  }

  /** Throws UserError. */
  async trash(name: string): Promise<void> {
    const folder = await this.#there(name);
    await this.#assertIdle(folder);
    await this.#options.platform.trash(folder);
    this.#options.forget(name);
    await this.refresh();
  }

  /**
   * Gives where it was saved, for people; null when the writer chose no place, or stopped it. Throws UserError.
   */
  async *export(
    name: string,
    signal: AbortSignal,
  ): AsyncGenerator<VoiceExportStage, string | null, void> {
    const folder = await this.#there(name);
    yield 'choosing';
    const path = await this.#options.platform.saveAs(`${name}.zip`);
    if (path === null || signal.aborted) return null;
    yield 'saving';
    try {
      await exportVoice(folder, path, signal);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
    return forPeople(path);
  }

  /** Gives the name it has now; null where it was stopped. Throws UserError. */
  async import(fileName: string, bytes: Buffer, signal: AbortSignal): Promise<string | null> {
    const stem = fileName
      .split(/[\\/]/)
      .at(-1)!
      .replace(/(\.voice)?\.zip$/i, '');
    const name = await this.#freeName(checkedName(stem));
    const archive = temporaryName(join(this.#options.folder, `${name}.zip`));
    try {
      await fs.writeFile(archive, bytes, { mode: 0o600 });
      await importVoice(archive, this.pathOf(name), signal);
    } catch (error) {
      if (signal.aborted) return null;
      const told = diskError(error, fileName);
      throw new UserError(told.code, told.message.replaceAll(archive, fileName), { cause: error });
    } finally {
      await fs.rm(archive, { force: true });
    }
    await this.refresh();
    return name;
  }

  /** Measures the "You" of each voice that has none, one after the other, and nobody waits for it. */
  measure(): void {
    if (this.#measuring) return;
    const next = this.#list.find(
      ({ name, you, damaged }) => you === null && damaged === null && !this.#unmeasurable.has(name),
    );
    if (!next) return;
    this.#measuring = true;
    this.#measureOne(next.name)
      .catch((error: unknown) => {
        this.#unmeasurable.add(next.name);
        this.#options.log(`Measuring ${next.name}: ${String(error)}`);
      })
      .finally(() => {
        this.#measuring = false;
        this.measure();
      });
  }

  async #measureOne(name: string): Promise<void> {
    const folder = this.pathOf(name);
    const { weights } = await readCard(folder);
    const creativity = await this.#options.measureYou(name);
    await writeYou(folder, { creativity, weights: weights?.sha256 ?? '' });
    await this.refresh();
    // Trained on meanwhile: the value belongs to weights that are no more.
    if (this.#list.find((voice) => voice.name === name)?.you === null) this.#unmeasurable.add(name);
  }

  async #read(): Promise<void> {
    const names = await fs.readdir(this.#options.folder);
    const voices = names.filter((name) => name.endsWith(ENDING) && !name.startsWith('.'));
    const list = await Promise.all(
      voices.map((name) => this.#summary(name.slice(0, -ENDING.length))),
    );
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    this.#list = list.filter((voice) => voice !== null).sort((a, b) => compare(a.name, b.name));
  }

  async #summary(name: string): Promise<VoiceSummary | null> {
    const folder = this.pathOf(name);
    const stats = await fs.stat(folder).catch(absent);
    if (!stats?.isDirectory()) return null;
    const checkpoints = await fs.readdir(join(folder, CHECKPOINTS)).catch(absent);
    const resumable = checkpoints?.some((file) => /^ckpt-\d+$/.test(file)) ?? false;
    try {
      const { config, metrics, trainedOn, weights } = await readCard(folder);
      const written = await fs.stat(join(folder, WEIGHTS));
      return {
        name,
        units: config.units.kind,
        fittedTemperature: metrics.temperature,
        bitsPerCharacter: metrics.bitsPerCharacter,
        words: trainedOn.reduce((sum, { words }) => sum + words, 0),
        modified: Math.round(written.mtimeMs),
        resumable,
        you: await readYou(folder, weights?.sha256 ?? ''),
        damaged: null,
      };
    } catch (error) {
      if (!isUserError(error) && codeOf(error) === undefined) throw error;
      return {
        name,
        units: 'char',
        fittedTemperature: 1,
        bitsPerCharacter: null,
        words: 0,
        modified: Math.round(stats.mtimeMs),
        resumable,
        you: null,
        damaged: diskError(error, folder).message,
      };
    }
  }

  /** The folder of a voice that is there. Throws UserError `voice.missing`. */
  async #there(name: string): Promise<string> {
    const folder = this.pathOf(name);
    if ((await fs.stat(folder).catch(absent))?.isDirectory()) return folder;
    throw new UserError('voice.missing', `There is no voice "${name}"; choose another one.`);
  }

  /** Throws UserError `voice.exists`. */
  async #assertFree(name: string, own: string | null = null): Promise<void> {
    const names = await fs.readdir(this.#options.folder);
    const taken = twinOf(names, `${name}${ENDING}`, `${own}${ENDING}`);
    if (taken === undefined) return;
    throw new UserError('voice.exists', `There is a voice "${name}" already; choose another name.`);
  }

  async #freeName(name: string): Promise<string> {
    for (const free of freeNames(name)) {
      try {
        await this.#assertFree(free);
        return free;
      } catch (error) {
        if (!isUserError(error) || error.code !== 'voice.exists') throw error;
      }
    }
    throw new RangeError('There is always a free name');
  }

  /** Throws UserError `voice.busy` while a voice is trained. */
  async #assertIdle(folder: string): Promise<void> {
    try {
      // Let go at once: a lock would travel with the folder.
      await (
        await lockVoice(folder)
      )();
    } catch (error) {
      if (!isUserError(error) || error.code !== 'voice.busy') throw error;
      throw new UserError('voice.busy', 'This voice is being trained; stop or pause that first.', {
        cause: error,
      });
    }
  }
}

/** Null for what is not there. */
const absent = (error: unknown): null => {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
  throw error;
};
