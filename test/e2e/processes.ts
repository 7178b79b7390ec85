import { readdir, readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { EngineRole } from '../../src/main/host/types.ts';

/** Linux lists who runs: the engine of this role among the children of a process, and theirs. */
export async function enginePid(host: number, role: EngineRole): Promise<number> {
  const parents = new Map<number, number>();
  const lines = new Map<number, string>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [status, line] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    // The name of a program may hold spaces and brackets: what counts stands behind the last one.
    const parent = Number(status!.slice(status!.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(Number(name), parent);
    lines.set(Number(name), line!.replaceAll('\0', ' '));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === host || isBelow(parents.get(pid)));
  const found = [...lines].find(([pid, line]) => line.includes(`--role ${role}`) && isBelow(pid));
  if (!found) throw new Error(`There is no ${role} below process ${host}.`);
  return found[0];
}

/**
 * Lets a process that is stopped work for moments, until what it does is seen, and leaves it stopped in the midst of
 * it: else it may be done before a slow page shows its beginning.
 */
export async function worksUntil(pid: number, seen: () => Promise<unknown>): Promise<void> {
  await expect(async () => {
    process.kill(pid, 'SIGCONT');
    const until = performance.now() + 3;
    while (performance.now() < until);
    process.kill(pid, 'SIGSTOP');
    await seen();
  }).toPass({ intervals: [0], timeout: 30_000 });
}
