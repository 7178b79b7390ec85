import {
  defaultSettings,
  settingsSchema,
  type Settings,
  type SettingsChange,
} from '../../../shared/api/index.ts';
import { JsonFile } from './json-file.ts';

/** What the writer set, kept in one file. */
export class SettingsStore {
  readonly #file: JsonFile<Settings>;
  readonly #changed: (settings: Settings) => void;

  private constructor(file: JsonFile<Settings>, changed: (settings: Settings) => void) {
    this.#file = file;
    this.#changed = changed;
  }

  static async open(
    path: string,
    changed: (settings: Settings) => void,
    notice: (sentence: string) => void,
  ): Promise<SettingsStore> {
    const file = { path, schema: settingsSchema, fallback: defaultSettings, notice };
    return new SettingsStore(await JsonFile.open<Settings>(file), changed);
  }

  get value(): Settings {
    return this.#file.value;
  }

  change(change: SettingsChange): Settings {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const settings = { ...this.#file.value, ...(Object.fromEntries(given) as Partial<Settings>) };
    this.#file.set(settings);
    this.#changed(settings);
    return settings;
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }
}
