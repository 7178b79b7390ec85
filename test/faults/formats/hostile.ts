import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostileFiles } from '../../helpers/hostile-files.ts';
import { temporaryFolder } from '../../helpers/understudy.ts';
import { atMost, none, times, type Section } from '../section.ts';
import type { Ending } from './read-one.ts';

/** Each file is read by a process of its own, so that its memory is its own too. */
const readApart = (path: string): Promise<Ending | string> =>
  new Promise((done) => {
    const child = fork(join(import.meta.dirname, 'read-one.ts'), [path], { execArgv: [] });
    let ending: Ending | null = null;
    child.on('message', (message) => (ending = message as Ending));
    child.on('close', (code, signal) => done(ending ?? `ended with ${signal ?? code}`));
  });

/** Bombs, entities, nesting, names that lead out, sizes: refused, and at a price that is known. */
export const hostile: Section = {
  name: 'hostile',
  about: 'manuscripts that were made to do harm are refused, quickly and cheaply',
  short: 0.1,
  alone: true,
  async measure(run) {
    using folder = temporaryFolder();
    const files = hostileFiles.slice(0, times(run, hostileFiles.length));
    const found: string[] = [];
    let dearest: { readonly ending: Ending; readonly about: string } | null = null;
    let [processor, memory, seconds] = [0, 0, 0];
    for (const { about, name, codes, write } of files) {
      run.told(about);
      const path = join(folder.path, name);
      await write(path);
      const ending = await readApart(path);
      await rm(path, { recursive: true });
      if (typeof ending === 'string') {
        found.push(`${about}: ${ending}`);
        continue;
      }
      const isFine =
        ending.code !== null &&
        (codes.length === 0 ? ending.code === '' : codes.includes(ending.code));
      if (!isFine) found.push(`${about}: ${ending.why}`);
      run.told(
        `${about}: ${ending.code}, ${ending.seconds.toFixed(1)} s, ${ending.memory.toFixed(0)} MB`,
      );
      if (!dearest || ending.processor > dearest.ending.processor) dearest = { ending, about };
      processor = Math.max(processor, ending.processor);
      memory = Math.max(memory, ending.memory);
      seconds = Math.max(seconds, ending.seconds);
    }
    return [
      none('hostile files that are not refused as they should be', found, files.length),
      {
        // The clock counts what else the computer does, so the bar is on the processors' time.
        ...atMost('time of processors for the dearest', processor, 5, 's'),
        measured: `${processor.toFixed(1)} s (${dearest?.about ?? ''}); longest by the clock ${seconds.toFixed(1)} s`,
      },
      atMost('memory of the whole process', memory, 512, 'MB', 0),
    ];
  },
};
