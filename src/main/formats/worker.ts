/** The thread that a manuscript is read in: it may be ended at any time, and takes its memory along. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Request } from './apart.ts';
import { proseToMarkdown } from './front-matter.ts';
import { limits } from './limits.ts';
import { toPlainText } from './plain-text.ts';
import { hostile, Refusal } from './refusal.ts';
import { readManuscript, type Source } from './read/index.ts';

function sourceOf({ source }: Request): Source {
  switch (source.kind) {
    case 'path':
      return source;
    case 'bytes':
      return { kind: 'bytes', bytes: Buffer.from(source.bytes) };
    case 'files':
      return {
        kind: 'files',
        files: new Map(source.files.map(({ path, place }) => [path, place])),
      };
  }
}

async function answer(request: Request): Promise<Answer> {
  try {
    const { prose, dropped, parts } = await readManuscript(sourceOf(request), request.format);
    switch (request.want) {
      case 'prose':
        return { kind: 'prose', reading: { prose, dropped } };
      case 'plain':
        return { kind: 'text', text: checked(toPlainText(prose.body)), dropped, parts: null };
      case 'markdown': {
        const text = checked(proseToMarkdown(prose));
        const written = parts?.map(({ title, prose: part }) => ({
          title,
          text: proseToMarkdown(part),
        }));
        return { kind: 'text', text, dropped, parts: written ?? null };
      }
    }
  } catch (error) {
    return refused(error);
  }
}

function checked(text: string): string {
  if (text.length <= limits.characters) return text;
  throw hostile('holds more text than the longest of books');
}

function refused(error: unknown): Answer {
  if (error instanceof Refusal)
    return { kind: 'refused', code: error.code, predicate: error.message };
  // More within each other than a program's stack can take.
  if (error instanceof RangeError && /call stack|string length|array length/i.test(error.message)) {
    const { code, message } = hostile('is nested too deeply');
    return { kind: 'refused', code, predicate: message };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  if (code !== null && error instanceof Error && 'syscall' in error)
    return { kind: 'system', code };
  return {
    kind: 'failed',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

parentPort!.postMessage(await answer(workerData as Request));
