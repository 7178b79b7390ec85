import fs from 'node:fs/promises';
import type {
  CountStep,
  Disclosure,
  FolderEntry,
  ReportRequest,
  Scope,
} from '../../../shared/api/index.ts';
import { isUserError } from '../../../shared/errors.ts';
import { codeOf, writeAtomic } from '../../files/atomic.ts';
import { readTextFile, type Documents } from '../documents/index.ts';
import { forPeople, manuscriptsOf, titleOf, type Library } from '../library/index.ts';
import type { Platform } from '../types.ts';
import { accountOf, reportOf, type Account, type Report } from './account.ts';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';
import type { MarksStore } from './marks-store.ts';

export interface DisclosuresOptions {
  readonly library: () => Library;
  readonly documents: Documents;
  readonly marks: MarksStore;
  readonly platform: Pick<Platform, 'saveAs' | 'exportsFolder'>;
  readonly now: () => Date;
}

/** Tells how much of the writer's texts voices suggested. */
export class Disclosures {
  readonly #options: DisclosuresOptions;

  constructor(options: DisclosuresOptions) {
    this.#options = options;
  }

  /** Tells how many documents are counted; null once it is stopped. Throws UserError. */
  async *figures(
    scope: Scope,
    signal: AbortSignal,
  ): AsyncGenerator<CountStep, Disclosure | null, void> {
    const report = yield* this.#report(scope, signal);
    if (!report) return null;
    const { name, documents, words, own, kept, changed, voices, days, sentence } = report;
    return { name, documents, words, own, kept, changed, voices, days, sentence };
  }

  /** Gives where it is, as a path of the library or for people; null where the writer chose no place. */
  async save({ scope, format, passages, to }: ReportRequest): Promise<string | null> {
    const report = await ended(this.#report(scope));
    if (!report) return null;
    const text = (format === 'html' ? toHtml : toMarkdown)(report, { passages });
    const name = `Disclosure of ${report.name}.${format === 'html' ? 'html' : 'md'}`;
    const bytes = Buffer.from(text);
    if (to === 'document') {
      return this.#options.library().add(nameFor(name), bytes);
    }
    const path = await this.#options.platform.saveAs(nameFor(name));
    if (path === null) return null;
    await writeAtomic(path, [bytes]);
    return forPeople(path);
  }

  async *#report(
    scope: Scope,
    signal?: AbortSignal,
  ): AsyncGenerator<CountStep, Report | null, void> {
    const { root, name } = this.#within(scope);
    const { exportsFolder } = this.#options.platform;
    const paths =
      scope.kind === 'document'
        ? [scope.path]
        : Array.from(manuscriptsOf(root, exportsFolder), ({ path }) => path);
    const accounts: Account[] = [];
    for (const [done, path] of paths.entries()) {
      yield { done, of: paths.length };
      if (signal?.aborted) return null;
      const account = await this.#account(path, scope.kind === 'document');
      if (account) accounts.push(account);
    }
    return reportOf(name, accounts, this.#options.now());
  }

  #within(scope: Scope): { readonly root: FolderEntry; readonly name: string } {
    const { root } = this.#options.library().view;
    const last = scope.path.split('/').at(-1)!;
    if (scope.kind === 'document') return { root, name: titleOf(last) };
    const folder = folderAt(root, scope.path);
    return { root: folder, name: folder.name };
  }

  /** An open text as it is, unsaved; in a folder what is no text is passed over. */
  async #account(path: string, asked: boolean): Promise<Account | null> {
    const { documents, marks, library } = this.#options;
    const text = documents.get(path)?.text;
    const runs = documents.runs(path);
    if (text !== undefined && runs) return accountOf({ path, text, runs });
    try {
      const real = await library().places.document(path);
      const { text } = await readTextFile(await fs.readFile(real), path);
      return accountOf({ path, text, runs: await marks.look(real, text) });
    } catch (error) {
      if (asked || (!isUserError(error) && codeOf(error) === undefined)) throw error;
      return null;
    }
  }
}

/** What a generator ends with. */
async function ended<End>(steps: AsyncGenerator<unknown, End, void>): Promise<End> {
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}

/** The folder at a path; an empty one where it is gone. */
function folderAt(root: FolderEntry, path: string): FolderEntry {
  if (path === '') return root;
  let at: FolderEntry | undefined = root;
  for (const name of path.split('/')) {
    at = at?.entries.find(
      (entry): entry is FolderEntry => entry.kind === 'folder' && entry.name === name,
    );
  }
  return at ?? { kind: 'folder', path, name: path.split('/').at(-1)!, entries: [] };
}

/** Without what some system does not take in a name. */
const nameFor = (name: string): string => name.replace(/[<>:"/\\|?*\0-\x1f\x7f]/g, '-');
