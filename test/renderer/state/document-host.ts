import { UserError } from '../../../src/shared/errors.ts';
import {
  defaultSampling,
  noMarks,
  type ApiHandlers,
  type Edit,
  type OpenDocument,
} from '../../../src/shared/api/index.ts';
import {
  marksOf,
  noRuns,
  runsAfter,
  runsOf,
  type Runs,
} from '../../../src/shared/provenance/index.ts';
import { EditQueue } from '../../../src/renderer/state/edit-queue.ts';
import { applyEdits } from '../../../src/renderer/state/edits.ts';
import { connectApi } from './api.ts';

export const opened = (parts: Partial<OpenDocument> = {}): OpenDocument => ({
  path: 'Fog.md',
  text: '',
  version: 0,
  form: 'UTF-8',
  readOnly: null,
  fileText: null,
  marks: noMarks,
  fileBase: null,
  save: { kind: 'saved', version: parts.version ?? 0 },
  preferences: { voice: null, sampling: defaultSampling, goal: null, caret: 0, top: 0 },
  undo: null,
  ...parts,
});

/** A host with one document in memory, as strict about versions as the real one. */
export class DocumentHost {
  text: string;
  runs: Runs = noRuns;
  version = 0;
  /** What happens before an edit is taken: a pause, a failure. */
  before: () => Promise<void> = () => Promise.resolve();
  /** What happens between that and the reply: its loss. */
  after: () => Promise<void> = () => Promise.resolve();

  constructor(text: string) {
    this.text = text;
  }

  readonly handlers: Partial<ApiHandlers> = {
    editDocument: async ({ base, edits }) => {
      await this.before();
      if (base !== this.version) throw new UserError('document.stale', 'It changed meanwhile.');
      this.text = applyEdits(this.text, edits);
      this.runs = runsAfter(this.runs, edits);
      this.version++;
      await this.after();
      return { version: this.version };
    },
    replaceDocument: async ({ text, marks }) => {
      await this.before();
      this.text = text;
      this.runs = marks ? runsOf(marks) : noRuns;
      return { version: ++this.version };
    },
  };

  /** Another program writes the file. */
  change(text: string): OpenDocument {
    this.text = text;
    this.version++;
    return this.opened();
  }

  /** A new one has this text: its versions begin anew, as at every first opening. */
  restart(text: string): OpenDocument {
    this.text = text;
    this.runs = noRuns;
    this.version = 1;
    this.before = this.after = () => Promise.resolve();
    return this.opened();
  }

  opened(): OpenDocument {
    return opened({ text: this.text, marks: marksOf(this.runs), version: this.version });
  }
}

/** A page that shows one document of a host. */
export function edit(text: string) {
  const host = new DocumentHost(text);
  const connection = connectApi(host.handlers);
  const page = { text, runs: noRuns };
  const problems: string[] = [];
  const queue = new EditQueue({
    client: connection.client,
    path: 'Fog.md',
    version: 0,
    text: () => page.text,
    marks: () => marksOf(page.runs),
    failed: ({ sentence }) => problems.push(sentence),
  });
  return {
    host,
    page,
    queue,
    problems,
    connection,
    /** As the editor tells it: the text has changed already. */
    change(...edits: Edit[]): void {
      page.text = applyEdits(page.text, edits);
      page.runs = runsAfter(page.runs, edits);
      queue.push(edits);
    },
    type(at: number, insert: string): void {
      this.change({ from: at, to: at, insert });
    },
  };
}
