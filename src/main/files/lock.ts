import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { diskError } from './atomic.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Makes this process the only one that trains into a folder; gives the function that lets go. A lock
 * whose process is gone is taken over.
 *
 * @throws UserError `voice.busy`, `disk.*`
 */
export async function lockVoice(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, '.training.lock');
  const take = (): Promise<void> => writeFile(path, String(process.pid), { flag: 'wx' });
  try {
    await mkdir(folder, { recursive: true });
    await take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(error, folder);
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      throw new UserError(
        'voice.busy',
        `${folder} is being trained by another process (${owner}); wait for it or stop it first.`,
      );
    }
    await rm(path, { force: true });
    await take();
  }
  return () => rm(path, { force: true });
}
