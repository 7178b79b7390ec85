/** A process that reads one file as training does: `node read-one.ts PATH`; tells how it ended and what it cost. */
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { readManuscript } from '../../../src/main/files/manuscripts.ts';
import { isUserError } from '../../../src/shared/errors.ts';

export interface Ending {
  /** "" where it was read; null for what is no clear error. */
  readonly code: string | null;
  readonly why: string;
  readonly seconds: number;
  /** Seconds of processors. */
  readonly processor: number;
  /** Most memory of the whole process, in MB. */
  readonly memory: number;
}

/** On Linux `maxRSS` begins with what the process that started this one had; VmHWM is our own (proc(5)). */
function peakMegabytes(): number {
  const status = '/proc/self/status';
  const [, own] = existsSync(status)
    ? (/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? [])
    : [];
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) / 1000;
}

const [path = ''] = process.argv.slice(2);
const began = performance.now();
const { code, why } = await readManuscript(path).then(
  () => ({ code: '', why: 'read' }),
  (error: unknown) => ({
    code: isUserError(error) ? error.code : null,
    why: error instanceof Error ? error.message : String(error),
  }),
);
const { user, system } = process.cpuUsage();
const ending: Ending = {
  code,
  why,
  seconds: (performance.now() - began) / 1000,
  processor: (user + system) / 1e6,
  memory: peakMegabytes(),
};
process.send?.(ending, () => process.exit(0));
