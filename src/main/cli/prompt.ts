import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../../shared/errors.ts';
import type { Output } from './output.ts';

/** Where the text to go on from comes from: exactly one of the three. */
export interface PromptSource {
  readonly prompt?: string | undefined;
  readonly file?: string | undefined;
  /** `-` was given: standard input. */
  readonly stdin: boolean;
}

/** The one line end that editors and `echo` put after the last line is not the writer's. */
const withoutFinalLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

async function readStdin(output: Output): Promise<string> {
  if (process.stdin.isTTY) output.note('Write the paragraph to continue, then press Ctrl+D.\n');
  const bytes = await buffer(process.stdin);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(
      'text.unreadable',
      'Standard input is not UTF-8 text; save it to a file and use --file.',
      { cause: error },
    );
  }
}

/** The last `limit` characters, never half of a surrogate pair. */
const lastOf = (text: string, limit: number): string =>
  text.slice(-limit).replace(/^[\uDC00-\uDFFF]/, '');

/**
 * The text to go on from.
 *
 * @param context characters kept, from the end; null for all
 * @throws UserError `usage`, `text.*`
 */
export async function readPrompt(
  source: PromptSource,
  context: number | null,
  output: Output,
): Promise<string> {
  const given = [source.prompt !== undefined, source.file !== undefined, source.stdin];
  if (given.filter(Boolean).length !== 1) {
    throw new UserError(
      'usage',
      'Say what to continue in one way: --prompt TEXT, --file FILE, or - for standard input.',
    );
  }
  let text = source.prompt;
  if (source.file !== undefined) {
    const { readManuscript } = await import('../files/manuscripts.ts');
    text = withoutFinalLineEnd((await readManuscript(source.file)).text);
  }
  text ??= withoutFinalLineEnd(await readStdin(output));
  if (text.trim() === '') {
    throw new UserError('text.empty', 'There is nothing to continue; give it at least a word.');
  }
  return context === null ? text : lastOf(text, context);
}
