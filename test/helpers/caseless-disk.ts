/** A file system that takes names for one which differ by case, where one can be mounted here. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CaselessDisk extends Disposable {
  readonly folder: string;
  /** What it is. */
  readonly kind: string;
}

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }).trim();

/** In the order of how common they are under a writer's library; each mounts `image` and says how it ends. */
const kinds: Readonly<Record<string, (image: string, folder: string) => () => void>> = {
  vfat(image, folder) {
    run('mkfs.vfat', image);
    run('mount', '-o', 'loop,utf8', image, folder);
    return () => run('umount', '-l', folder);
  },
  exfat(image, folder) {
    run('mkfs.exfat', image);
    run('mount', '-o', 'loop', image, folder);
    return () => run('umount', '-l', folder);
  },
  'exfat by FUSE'(image, folder) {
    run('mkfs.exfat', image);
    const device = run('losetup', '-f', '--show', image);
    try {
      run('mount.exfat-fuse', device, folder);
    } catch (error) {
      run('losetup', '-d', device);
      throw error;
    }
    return () => {
      run('umount', '-l', folder);
      run('losetup', '-d', device);
    };
  },
  'ext4 with casefold'(image, folder) {
    run('mke2fs', '-q', '-t', 'ext4', '-O', 'casefold', '-E', 'encoding=utf8', image);
    run('mount', '-o', 'loop', image, folder);
    try {
      // Found there already by its making.
      run('rmdir', join(folder, 'lost+found'));
      run('chattr', '+F', folder);
    } catch (error) {
      run('umount', '-l', folder);
      throw error;
    }
    return () => run('umount', '-l', folder);
  },
};

/** Mounts one over a new folder in `at`; or says why there is none. Linux and root alone may. */
export function mountCaseless(at: string): CaselessDisk | string {
  if (process.platform !== 'linux') return 'only Linux mounts a file as a disk';
  const folder = join(at, 'disk');
  mkdirSync(folder);
  const why: string[] = [];
  for (const [kind, mount] of Object.entries(kinds)) {
    const image = join(at, 'image');
    writeFileSync(image, '');
    truncateSync(image, 16 << 20);
    try {
      const unmount = mount(image, folder);
      return { folder, kind, [Symbol.dispose]: unmount };
    } catch (error) {
      why.push(`${kind}: ${String(error).trim().split('\n').at(-1)}`);
    }
  }
  return `no file system that ignores case can be mounted (${why.join('; ')})`;
}
