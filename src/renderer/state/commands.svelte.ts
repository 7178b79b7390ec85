import { normalKey, type KeyPlatform } from './keys.ts';

export interface Command {
  readonly id: string;
  /** As the palette shows it: what it does, not what it is. */
  readonly title: string;
  readonly group: 'Write' | 'Suggestions' | 'Documents' | 'View' | 'Voices' | 'Understudy';
  /** In CodeMirror's notation; "" for none. */
  readonly key: string;
  /** A second key that always works. */
  readonly also?: string;
  readonly run: () => void;
  /** Where its key is heard: the editor hears its own, the page the others. */
  readonly heard: 'page' | 'editor';
  /** Whether it does something now; without it, always. */
  readonly when?: () => boolean;
}

export interface Conflict {
  readonly key: string;
  readonly commands: readonly Command[];
}

/** Everything that can be done, by name: for keys, palette and menus. */
export class Commands {
  readonly list: readonly Command[];
  /** Keys the writer chose, by command. */
  readonly #chosen: () => Readonly<Record<string, string>>;
  readonly #platform: KeyPlatform;
  readonly #byId: ReadonlyMap<string, Command>;
  readonly #byKey: ReadonlyMap<string, Command> = $derived.by(() => this.#keyMap());
  /** Commands that share a key: only the first of them is reached by it. */
  readonly conflicts: readonly Conflict[] = $derived.by(() => this.#findConflicts());

  constructor(
    list: readonly Command[],
    chosen: () => Readonly<Record<string, string>>,
    platform: KeyPlatform,
  ) {
    this.list = list;
    this.#chosen = chosen;
    this.#platform = platform;
    this.#byId = new Map(list.map((command) => [command.id, command]));
    if (this.#byId.size !== list.length) throw new RangeError('Two commands have one id.');
  }

  /** The key a command has now; "" for none. */
  keyOf(id: string): string {
    const key = this.#chosen()[id] ?? this.#byId.get(id)?.key ?? '';
    return key === '' ? '' : normalKey(key, this.#platform);
  }

  available(command: Command): boolean {
    return command.when?.() ?? true;
  }

  /** Gives whether there was something to do. */
  run(id: string): boolean {
    const command = this.#byId.get(id);
    if (!command) throw new RangeError(`There is no command "${id}".`);
    if (!this.available(command)) return false;
    command.run();
    return true;
  }

  /** Runs what the page hears under this key. Gives whether there was something. */
  press(key: string): boolean {
    const command = this.#byKey.get(key);
    return command ? this.run(command.id) : false;
  }

  #keyMap(): ReadonlyMap<string, Command> {
    const map = new Map<string, Command>();
    for (const command of this.list) {
      if (command.heard !== 'page') continue;
      const also = command.also === undefined ? '' : normalKey(command.also, this.#platform);
      for (const key of [this.keyOf(command.id), also]) {
        if (key !== '' && !map.has(key)) map.set(key, command);
      }
    }
    return map;
  }

  #findConflicts(): readonly Conflict[] {
    const withKey = this.list.filter(({ id }) => this.keyOf(id) !== '');
    return [...Map.groupBy(withKey, ({ id }) => this.keyOf(id))]
      .filter(([, commands]) => commands.length > 1)
      .map(([key, commands]) => ({ key, commands }));
  }
}
