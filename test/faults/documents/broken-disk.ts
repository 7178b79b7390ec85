import disk from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { isLeftover } from '../../../src/main/files/atomic.ts';

/** What a disk may say in place of doing what it is asked. */
export const faults = [
  'short',
  'ENOSPC',
  'EIO',
  'EACCES',
  'EPERM',
  'EBUSY',
  'EROFS',
  'EXDEV',
] as const;
export type Fault = (typeof faults)[number];

/** The `nth` call of one kind, such as "rename a temporary file", counted from 0. */
export interface Site {
  readonly kind: string;
  readonly nth: number;
}

/** How a call goes wrong: at once, after it was done, or it and all after it. */
export const ways = ['once', 'after', 'on'] as const;
export type Way = (typeof ways)[number];

export interface Injection extends Site {
  readonly fault: Fault;
  readonly way: Way;
}

/** Functions of node:fs/promises that take a path, and of its handles. */
const calls = [
  ...['access', 'chmod', 'copyFile', 'cp', 'link', 'lstat', 'mkdir', 'open', 'readFile', 'readdir'],
  ...['readlink', 'realpath', 'rename', 'rm', 'stat', 'statfs', 'symlink', 'unlink', 'utimes'],
  ...['writeFile'],
] as const;
const ofHandles = [
  'chmod',
  'chown',
  'read',
  'readFile',
  'stat',
  'sync',
  'truncate',
  'write',
] as const;

type Call = (...args: unknown[]) => Promise<unknown>;

/** Snapshots are written while nobody waits, so that not every round comes to each of their calls. */
const BEHIND = 'behind: ';
export const isBehind = ({ kind }: Site): boolean => kind.includes(BEHIND);

/** As a site names it: no name of a temporary file, a copy or one made of a hash is twice the same. */
function fileOf(path: string): string {
  const snapshots = `${sep}data${sep}snapshots`;
  const behind = path.includes(snapshots) ? BEHIND : '';
  return behind + nameOf(basename(path));
}

function nameOf(name: string): string {
  if (isLeftover(name)) return 'a temporary file';
  if (name.endsWith('.journal')) return 'a journal';
  if (/\((my|their) version|\(recovered/.test(name)) return 'a copy';
  return name.replace(/[0-9a-f]{12,}|\d{9,}/g, '…');
}

const errorOf = (fault: Exclude<Fault, 'short'>, kind: string): Error =>
  Object.assign(new Error(`${fault}: injected, ${kind}`), { code: fault });

/** Those that are watched now, and the functions as they were before the first. */
const disks = new Set<BrokenDisk>();
const undo: (() => void)[] = [];
const paths = new WeakMap<object, string>();

/**
 * A disk that breaks where it is told: the functions of node:fs/promises and the methods of its handles
 * are wrapped, so that the code that is tested needs no seam for it. What concerns no path under `root` is
 * left alone, and so are synchronous calls: with these the test looks at the disk.
 */
export class BrokenDisk implements AsyncDisposable {
  readonly root: string;
  #counts = new Map<string, number>();
  #recording = false;
  #injection: Injection | null = null;
  #hit = false;

  private constructor(root: string) {
    this.root = root;
  }

  static async mount(root: string): Promise<BrokenDisk> {
    if (undo.length === 0) await wrapAll(root);
    const disk = new BrokenDisk(root);
    disks.add(disk);
    return disk;
  }

  /** Counts calls from now on, until something is injected. */
  record(): void {
    this.#counts = new Map();
    this.#injection = null;
    this.#recording = true;
  }

  /** All calls since `record`. */
  sites(): Site[] {
    this.#recording = false;
    return [...this.#counts].flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, nth) => ({ kind, nth })),
    );
  }

  inject(injection: Injection): void {
    this.record();
    this.#injection = injection;
    this.#hit = false;
  }

  /** The disk is well again. Gives whether the call that was to fail came. */
  heal(): boolean {
    this.#injection = null;
    this.#recording = false;
    return this.#hit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    disks.delete(this);
    if (disks.size === 0) for (const one of undo.splice(0)) one();
    return Promise.resolve();
  }

  /** Runs a call, or fails in its place. `args` are those of `run`. */
  async call(kind: string, args: unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const failing = this.#next(kind);
    if (failing === null) return run();
    if (failing.fault === 'short') return short(kind, args, run);
    if (failing.done) {
      const result = await run();
      if (kind.startsWith('open ')) await (result as FileHandle).close();
    }
    throw errorOf(failing.fault, kind);
  }

  /** The same for a call that is not waited for. */
  callNow(kind: string, run: () => unknown): unknown {
    const failing = this.#next(kind);
    if (failing === null || failing.fault === 'short') return run();
    if (failing.done) run();
    throw errorOf(failing.fault, kind);
  }

  /** Counts a call; how it is to fail, and whether after it is done. */
  #next(kind: string): { readonly fault: Fault; readonly done: boolean } | null {
    if (!this.#recording) return null;
    const nth = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, nth + 1);
    const injection = this.#injection;
    if (!injection) return null;
    const isSite = injection.kind === kind && injection.nth === nth;
    if (!isSite && !(this.#hit && injection.way === 'on')) return null;
    this.#hit = true;
    return { fault: injection.fault, done: injection.way === 'after' && isSite };
  }
}

/** A write that takes half of what it is given; every other call does what it should. */
async function short(kind: string, args: unknown[], run: () => Promise<unknown>): Promise<unknown> {
  if (!kind.startsWith('handle.write')) return run();
  const [, offset, length] = args as [Uint8Array, number, number];
  args.splice(1, 2, offset, Math.floor(length / 2));
  return run();
}

async function wrapAll(folder: string): Promise<void> {
  for (const name of calls) {
    wrap(
      fs,
      name,
      (_, [path]) => path,
      '',
      (result, path) => {
        if (name === 'open') opened(result as FileHandle, path);
      },
    );
  }
  for (const name of ['renameSync', 'statSync'] as const) wrapNow(name);
  const handle = await fs.open(folder, 'r');
  const prototype = Object.getPrototypeOf(handle) as object;
  await handle.close();
  for (const name of ofHandles) wrap(prototype, name, (self) => paths.get(self), 'handle.');
}

const diskOf = (path: unknown): BrokenDisk | undefined =>
  typeof path === 'string' ? [...disks].find(({ root }) => path.startsWith(root)) : undefined;

function wrap(
  owner: object,
  name: string,
  pathOf: (self: object, args: unknown[]) => unknown,
  prefix: string,
  then: (result: unknown, path: string) => void = () => undefined,
): void {
  const table = owner as Record<string, Call>;
  const original = table[name]!;
  table[name] = async function (this: object, ...args: unknown[]): Promise<unknown> {
    const path = pathOf(this, args);
    const disk = diskOf(path);
    if (!disk) return original.apply(this, args);
    const run = async (): Promise<unknown> => {
      const result = await original.apply(this, args);
      then(result, path as string);
      return result;
    };
    return disk.call(`${prefix}${name} ${fileOf(path as string)}`, args, run);
  };
  undo.push(() => void (table[name] = original));
}

/** Of node:fs: calls that product code does not wait for. */
function wrapNow(name: 'renameSync' | 'statSync'): void {
  const table = disk as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = table[name]!;
  table[name] = (...args) => {
    const [path] = args;
    const run = (): unknown => original.apply(disk, args);
    const broken = diskOf(path);
    return broken ? broken.callNow(`${name} ${fileOf(String(path))}`, run) : run();
  };
  undo.push(() => void (table[name] = original));
}

/** Closing is a property of each handle; what fails to close is closed all the same. */
function opened(handle: FileHandle, path: string): void {
  paths.set(handle, path);
  const close = handle.close.bind(handle);
  handle.close = async () => {
    await close();
    await diskOf(path)?.call(`handle.close ${fileOf(path)}`, [], () => Promise.resolve());
  };
}
