import * as v from 'valibot';
import { JsonFile } from '../settings/json-file.ts';
import type { Places } from './places.ts';

/** Inodes by path. */
const schema = v.record(v.string(), v.string());
/** Most libraries that are remembered. */
const MOST = 50;

/** Which folders were libraries: an empty one of the same name may be where a stick is to be mounted. */
export class KnownFolders {
  readonly #file: JsonFile<v.InferOutput<typeof schema>>;

  private constructor(file: JsonFile<v.InferOutput<typeof schema>>) {
    this.#file = file;
  }

  static async open(path: string, notice: (sentence: string) => void): Promise<KnownFolders> {
    return new KnownFolders(await JsonFile.open({ path, schema, fallback: {}, notice }));
  }

  /** Whether what belongs into the library may be written into the folder. One that may is remembered. */
  async isLibrary(places: Places): Promise<boolean> {
    const { root, inode } = places;
    const known = this.#file.value[root];
    if (known !== undefined && known !== inode && !(await places.hasEntries())) return false;
    const others = Object.entries(this.#file.value).filter(([path]) => path !== root);
    if (known !== inode) {
      this.#file.set(Object.fromEntries([...others.slice(1 - MOST), [root, inode]]));
    }
    return true;
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }
}
