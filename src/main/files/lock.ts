import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { codeOf, diskError } from './atomic.ts';

export const LOCK = '.training.lock';
/** A lock without content is being written, unless it is older than this (milliseconds). */
const WRITING = 10_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When that process began, as far as the system tells: numbers of processes are used again. */
  readonly began: string | null;
}

/** Boot and start time of a process in ticks (proc(5), field 22); null where there is no /proc. */
async function began(pid: number): Promise<string | null> {
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // The second field is a name in brackets and may hold spaces.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? null : `${boot.trim()}/${start}`;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return null;
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  // A process of another computer cannot be asked.
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return owner.began === null || owner.began === (await began(owner.pid));
}

function ownerOf(text: string): Owner | null {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<Owner>;
    if (!Number.isSafeInteger(pid) || pid! <= 0 || typeof host !== 'string') return null;
    return { pid: pid!, host, began: typeof began === 'string' ? began : null };
  } catch {
    return null;
  }
}

const busy = (folder: string, path: string, owner: Owner | null): UserError => {
  const who = owner
    ? `process ${owner.pid}${owner.host === hostname() ? '' : ` on ${owner.host}`}`
    : 'another process';
  return new UserError(
    'voice.busy',
    `${folder} is being trained by ${who}; wait for it or stop it first (if it is long gone, delete ${path}).`,
  );
};

/**
 * Makes this process the only one that trains into a folder, which is made if need be; gives the function
 * that lets go. A lock whose process is gone is taken over.
 *
 * @throws UserError `voice.busy`, `disk.full`, `disk.failed`
 */
export async function lockVoice(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const owner: Owner = { pid: process.pid, host: hostname(), began: await began(process.pid) };
  const mine = JSON.stringify({ ...owner, token: randomBytes(8).toString('hex') });
  try {
    await fs.mkdir(folder, { recursive: true });
    while (!(await create(path, mine))) await removeStale(folder, path);
  } catch (error) {
    throw diskError(error, path);
  }
  return async () => {
    // Someone may have deleted it by hand and another training begun.
    if ((await read(path)) === mine) await fs.rm(path, { force: true });
  };
}

/** True when the lock is ours now, false when there is one already. */
async function create(path: string, mine: string): Promise<boolean> {
  try {
    await fs.writeFile(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // What was created but not written would lock everyone out.
    if (codeOf(error) === 'ENOSPC') await fs.rm(path, { force: true });
    throw error;
  }
}

async function read(path: string): Promise<string | null> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Removes a lock whose owner is gone. Throws `voice.busy` when it is not. */
async function removeStale(folder: string, path: string): Promise<void> {
  const text = await read(path);
  if (text === null) return;
  const owner = ownerOf(text);
  if (owner) {
    if (await isAlive(owner)) throw busy(folder, path, owner);
  } else if ((await age(path)) < WRITING) {
    throw busy(folder, path, null);
  }
  await takeOver(folder, path, text);
}

/**
 * Removes the stale lock `text`. Many may find it at the same time, and a slow one must not remove the
 * lock that a fast one has made since: so this is done by the one that creates a file named after
 * `text`, after another look.
 */
async function takeOver(folder: string, path: string, text: string): Promise<void> {
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const right = join(folder, `${LOCK}.0-${sum}.tmp`);
  if (!(await create(right, ''))) {
    if ((await age(right)) < WRITING) throw busy(folder, path, null);
    // Its owner was killed in the few instructions below.
    await fs.rm(right, { force: true });
    return;
  }
  try {
    if ((await read(path)) === text) await fs.rm(path, { force: true });
  } finally {
    await fs.rm(right, { force: true });
  }
}

/** Milliseconds since a file was written; 0 when it is gone. */
async function age(path: string): Promise<number> {
  try {
    return Date.now() - (await fs.stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
