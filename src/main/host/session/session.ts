import { join } from 'node:path';
import * as v from 'valibot';
import {
  defaultSampling,
  defaultSession,
  preferencesSchema,
  sessionSchema,
  type Preferences,
  type Session,
} from '../../../shared/api/index.ts';
import { JsonFile } from '../settings/index.ts';

/** Most documents whose preferences, and most days whose words are kept. */
const MOST_DOCUMENTS = 5000;
const MOST_DAYS = 800;
/** As `sessionSchema` has it. */
const MOST_OPEN = 200;
/** Days that are told at the start. */
const TOLD_DAYS = 90;

const day = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/));
const writtenSchema = v.record(day, v.pipe(v.number(), v.safeInteger()));
/** By place of the document on the disk. */
const documentsSchema = v.record(v.string(), preferencesSchema);

const defaults: Preferences = {
  voice: null,
  sampling: defaultSampling,
  goal: null,
  caret: 0,
  top: 0,
};

/** What was open, what was set for each document, and how much was written on which day. */
export class SessionStore {
  readonly #session: JsonFile<Session>;
  readonly #documents: JsonFile<Record<string, Preferences>>;
  readonly #written: JsonFile<Record<string, number>>;

  private constructor(
    session: JsonFile<Session>,
    documents: JsonFile<Record<string, Preferences>>,
    written: JsonFile<Record<string, number>>,
  ) {
    this.#session = session;
    this.#documents = documents;
    this.#written = written;
  }

  static async open(folder: string, notice: (sentence: string) => void): Promise<SessionStore> {
    return new SessionStore(
      await JsonFile.open<Session>({
        path: join(folder, 'session.json'),
        schema: sessionSchema,
        fallback: defaultSession,
        notice,
      }),
      await JsonFile.open<Record<string, Preferences>>({
        path: join(folder, 'documents.json'),
        schema: documentsSchema,
        fallback: {},
        notice,
      }),
      await JsonFile.open<Record<string, number>>({
        path: join(folder, 'written.json'),
        schema: writtenSchema,
        fallback: {},
        notice,
      }),
    );
  }

  get value(): Session {
    return this.#session.value;
  }

  save(session: Session): void {
    this.#session.set(session);
  }

  /** Opens these at the next start, too, and the first of them before all others: the writer is to see it. */
  bringUp(paths: readonly string[]): void {
    const [first] = paths;
    if (first === undefined) return;
    const open = [...new Set([...paths, ...this.value.open])].slice(0, MOST_OPEN);
    this.save({ ...this.value, open, active: first });
  }

  /** What was set for the document at this place. */
  preferences(place: string): Preferences {
    const all = this.#documents.value;
    return Object.hasOwn(all, place) ? all[place]! : defaults;
  }

  setPreferences(place: string, preferences: Preferences): void {
    const others = Object.entries(this.#documents.value).filter(([other]) => other !== place);
    // The last ones are the newest.
    const kept = others.slice(-(MOST_DOCUMENTS - 1));
    this.#documents.set(Object.fromEntries([...kept, [place, preferences]]));
  }

  /** Documents at `from`, and in it, are at `to` now. */
  move(from: string, to: string): void {
    const moved = Object.entries(this.#documents.value).map(([place, preferences]) => {
      const rest = place.slice(from.length);
      const isIn = place.startsWith(from) && (rest === '' || /^[\\/]/.test(rest));
      return [isIn ? to + rest : place, preferences];
    });
    this.#documents.set(Object.fromEntries(moved) as Record<string, Preferences>);
  }

  /** Gives the words of that day. */
  addWritten(date: string, words: number): number {
    const all = this.#written.value;
    // Words that are deleted again count back, and no day has fewer than none.
    const sum = Math.max(0, (all[date] ?? 0) + words);
    const days = Object.entries({ ...all, [date]: sum }).sort(([a], [b]) => (a < b ? -1 : 1));
    this.#written.set(Object.fromEntries(days.slice(-MOST_DAYS)));
    return sum;
  }

  /** Words of the last days, newest last. */
  written(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#written.value).slice(-TOLD_DAYS));
  }

  async flush(): Promise<void> {
    await Promise.all([this.#session.flush(), this.#documents.flush(), this.#written.flush()]);
  }
}
