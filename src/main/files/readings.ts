import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { deviceNames, type DeviceName } from '../../shared/devices.ts';
import { diskError, writeAtomic } from './atomic.ts';

/** What came of measuring one network on one device: seconds of a step, or null where it failed. */
export interface DeviceReading {
  readonly device: DeviceName;
  readonly stepSeconds: number | null;
}

/** Networks that are remembered; the oldest go first. */
const MOST = 100;
/** Milliseconds for which readings are remembered: the computer may have been busy with other things. */
const GOOD_FOR = 30 * 24 * 3600_000;
/** The same where a device failed: other programs end, and with them what it lacked. */
const FAILED_FOR = 3600_000;

const fileSchema = v.object({
  version: v.literal(1),
  entries: v.array(
    v.object({
      key: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      /** Milliseconds since 1970. */
      at: v.pipe(v.number(), v.finite()),
      readings: v.array(
        v.object({
          device: v.picklist(deviceNames),
          stepSeconds: v.nullable(v.pipe(v.number(), v.finite(), v.gtValue(0))),
        }),
      ),
    }),
  ),
});
type Entry = v.InferOutput<typeof fileSchema>['entries'][number];

/** What everything that decides on speed hashes to. */
export const readingKey = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Readings of earlier runs in a file. It can be made again at any time, so a damaged one counts as none. */
export class Readings {
  readonly #path: string | null;
  readonly #clock: () => number;

  /** @param path null: nothing is kept. @param clock milliseconds since 1970 */
  constructor(path: string | null, clock: () => number = Date.now) {
    this.#path = path;
    this.#clock = clock;
  }

  async find(key: string): Promise<readonly DeviceReading[] | null> {
    const entry = (await this.#entries()).find((found) => found.key === key);
    if (!entry) return null;
    const failed = entry.readings.some(({ stepSeconds }) => stepSeconds === null);
    const age = this.#clock() - entry.at;
    return age >= 0 && age < (failed ? FAILED_FOR : GOOD_FOR) ? entry.readings : null;
  }

  /** Throws UserError `disk.full`, `disk.failed`. */
  async keep(key: string, readings: readonly DeviceReading[]): Promise<void> {
    if (this.#path === null) return;
    const others = (await this.#entries()).filter((entry) => entry.key !== key);
    const entry: Entry = { key, at: this.#clock(), readings: [...readings] };
    const entries = [...others, entry].slice(-MOST);
    const text = `${JSON.stringify({ version: 1, entries })}\n`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeAtomic(this.#path, [new TextEncoder().encode(text)]);
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }

  /** A device failed with this network: it is not taken by itself for an hour. Throws as `keep`. */
  async fail(key: string, device: DeviceName): Promise<void> {
    const found = (await this.find(key)) ?? [];
    const others = found.filter((reading) => reading.device !== device);
    await this.keep(key, [...others, { device, stepSeconds: null }]);
  }

  async #entries(): Promise<readonly Entry[]> {
    if (this.#path === null) return [];
    let json: unknown;
    try {
      json = JSON.parse(await readFile(this.#path, 'utf8'));
    } catch {
      // Missing, unreadable or damaged: it is measured again, and written anew.
      return [];
    }
    const parsed = v.safeParse(fileSchema, json);
    return parsed.success ? parsed.output.entries : [];
  }
}
