/** Manuscripts are read in a thread of their own: one that was made to do harm costs that thread, and no more. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Dropped, Format } from '../../shared/formats.ts';
import { UserError, type ErrorCode } from '../../shared/errors.ts';
import { limits } from './limits.ts';
import type { Reading } from './prose.ts';
import { hostile } from './refusal.ts';

/** A file, the bytes of one, or the files of a Scrivener project by their paths in its folder, wherever they lie. */
export type Manuscript =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'files';
      readonly files: readonly { readonly path: string; readonly place: string }[];
    };

export interface Request {
  readonly source: Manuscript;
  readonly format: Format;
  readonly want: 'prose' | 'markdown' | 'plain';
}

export interface ReadText {
  readonly text: string;
  readonly dropped: readonly Dropped[];
  /** The documents of a project, in order; null for all other formats, and for plain text. */
  readonly parts: readonly { readonly title: string; readonly text: string }[] | null;
}

export type Answer =
  | { readonly kind: 'prose'; readonly reading: Reading }
  | ({ readonly kind: 'text' } & ReadText)
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly predicate: string }
  | { readonly kind: 'system'; readonly code: string }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * The text as a syntax tree.
 *
 * @param name what the writer calls it, for sentences
 * @throws UserError `text.*`
 */
export async function readProse(
  source: Manuscript,
  format: Format,
  name: string,
): Promise<Reading> {
  const answer = await ask({ source, format, want: 'prose' }, name);
  if (answer.kind === 'prose') return answer.reading;
  throw new Error(`Reading ${name} gave ${answer.kind}`);
}

/**
 * The text as Markdown with its front matter, or plain, without marks, as a voice learns it.
 *
 * @param signal ends the thread; its reason is thrown then
 * @throws UserError `text.*`
 */
export async function readAsText(
  source: Manuscript,
  format: Format,
  want: 'markdown' | 'plain',
  name: string,
  signal?: AbortSignal,
): Promise<ReadText> {
  const answer = await ask({ source, format, want }, name, signal);
  if (answer.kind === 'text') {
    const { text, dropped, parts } = answer;
    return { text, dropped, parts };
  }
  throw new Error(`Reading ${name} gave ${answer.kind}`);
}

/** The worker's program: beside this file in the sources, at the root of its folder where it was bundled. */
function program(): URL {
  const here = import.meta.url;
  if (here.endsWith('.ts')) return new URL('./worker.ts', here);
  const found = ['./read-manuscript.js', '../read-manuscript.js']
    .map((path) => new URL(path, here))
    .find((url) => existsSync(fileURLToPath(url)));
  if (found) return found;
  throw new Error(`read-manuscript.js does not lie beside ${here}`);
}

/** Milliseconds between looks at what the thread has cost. */
const LOOK = 100;

/** At most two at a time, for each may take its whole share of memory. */
const AT_A_TIME = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function ask(request: Request, name: string, signal?: AbortSignal): Promise<Answer> {
  if (running >= AT_A_TIME) await new Promise<void>((go) => waiting.push(go));
  else running++;
  try {
    signal?.throwIfAborted();
    return await inThread(request, name, signal);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

async function inThread(request: Request, name: string, signal?: AbortSignal): Promise<Answer> {
  const worker = new Worker(program(), {
    workerData: request,
    execArgv: [],
    resourceLimits: {
      maxOldGenerationSizeMb: limits.heap,
      maxYoungGenerationSizeMb: 32,
      stackSizeMb: 4,
    },
  });
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      stop = () => reject(signal?.reason as Error);
      signal?.addEventListener('abort', stop);
      worker.once('message', resolve);
      worker.once('error', (error: Error) => {
        const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(isMemory ? hostile('needs more memory than it is worth', error).of(name) : error);
      });
      worker.once('exit', (code) => reject(new Error(`The reader of ${name} ended with ${code}`)));
      const ends = performance.now() + limits.clock * 1000;
      let looking = false;
      timer = setInterval(() => {
        if (performance.now() > ends) reject(tooSlow(name));
        if (looking) return;
        looking = true;
        // Of the thread alone: on a busy computer the clock says nothing about the file.
        worker.cpuUsage().then(
          ({ user, system }) => {
            looking = false;
            if (user + system > limits.processor * 1e6)
              reject(hostile('takes too long to read').of(name));
          },
          // It has ended, and tells how.
          () => undefined,
        );
      }, LOOK);
    });
    if (answer.kind === 'refused') throw new UserError(answer.code, `${name} ${answer.predicate}`);
    if (answer.kind === 'system') throw cannotOpen(name, answer.code);
    if (answer.kind === 'failed') throw new Error(answer.message);
    return answer;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
    worker.removeAllListeners();
    // What it still tells is of a thread that is gone.
    worker.on('error', () => undefined);
    await worker.terminate();
  }
}

const tooSlow = (name: string): UserError =>
  new UserError(
    'text.unreadable',
    `${name} could not be read in ${limits.clock} seconds; copy it to this computer's own disk and try again.`,
  );

const cannotOpen = (name: string, code: string): UserError =>
  code === 'ENOENT' || code === 'ENOTDIR'
    ? new UserError('text.missing', `${name} was not found; check the name.`)
    : new UserError(
        'text.unreadable',
        `${name} cannot be read (${code}); check that you may open it.`,
      );
