import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './command.ts';

const packs = path.resolve(root, process.env['CORPORA'] ?? '../shared/corpora');

/** Texts to measure on, made when they are first asked for. */
export interface Corpora {
  /** Folder of whole novels, 100 MB. */
  readonly novels: string;
  /** The same in one file. */
  readonly shelf: string;
  /** 2 MB of novels. */
  readonly novel: string;
  /** 1 MB: ten thousand characters of each million of `shelf`, so it is the same kind of text. */
  readonly sample: string;
  /** 1.1 MB of plays. */
  readonly plays: string;
}

function unpack(pattern: string, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const pack of globSync(pattern, { cwd: packs }).sort()) {
    execFileSync('tar', ['-xJf', path.join(packs, pack), '-C', into]);
  }
}

/** Where the packs are, or null where there are none. */
export const corporaAt = (): string | null =>
  existsSync(path.join(packs, 'fiction')) ? packs : null;

/** Unpacks into `folder`, which the caller removes. */
export function corporaIn(folder: string): Corpora {
  const made = new Map<string, string>();
  const once = (name: string, make: (file: string) => void): string => {
    const file = path.join(folder, name);
    if (!made.has(name)) {
      make(file);
      made.set(name, file);
    }
    return file;
  };
  return {
    get novels() {
      return once('fiction', () => unpack('fiction/*.tar.xz', folder));
    },
    get shelf() {
      const { novels } = this;
      return once('shelf.txt', (file) => {
        const names = readdirSync(novels).sort();
        writeFileSync(
          file,
          names.map((name) => readFileSync(path.join(novels, name), 'utf8')).join('\n'),
        );
      });
    },
    get novel() {
      const text = (): string => readFileSync(this.shelf, 'utf8');
      return once('novel.txt', (file) => writeFileSync(file, text().slice(0, 2_000_000)));
    },
    get sample() {
      const text = (): string => readFileSync(this.shelf, 'utf8');
      return once('sample.txt', (file) => {
        const whole = text();
        let part = '';
        for (let at = 0; at < whole.length; at += 1_000_000) part += whole.slice(at, at + 10_000);
        writeFileSync(file, part);
      });
    },
    get plays() {
      once('tinyshakespeare', () => unpack('benchmarks/tinyshakespeare.tar.xz', folder));
      return path.join(folder, 'tinyshakespeare/input.txt');
    },
  };
}
