import { tick } from 'svelte';
import type { ApiClient, OpenDocument, Settlement } from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import type { Editor } from '../editor/types.ts';
import { Document } from './document.svelte.ts';
import type { MarkedText } from './edit-queue.ts';
import type { Notices } from './notices.svelte.ts';
import type { Session } from './session.svelte.ts';

export interface DocumentsOptions {
  readonly client: ApiClient;
  readonly notices: Notices;
  readonly session: Session;
  /** The writer asked to see a document: whatever lies over the editor goes. */
  readonly chosen?: () => void;
  /** Another document is shown, or none. */
  readonly turned?: () => void;
  /** The text of the document that is shown became another one elsewhere. */
  readonly replaced?: () => void;
}

/** The documents that are open, and the one the editor shows. */
export class Documents {
  list = $state.raw<readonly Document[]>([]);
  active = $state.raw<Document | null>(null);
  /** The one that is being read from the disk. */
  opening = $state.raw<string | null>(null);
  editor: Editor | null = null;
  readonly #client: ApiClient;
  readonly #notices: Notices;
  readonly #session: Session;
  readonly #chosen: () => void;
  readonly #turned: () => void;
  readonly #replaced: () => void;

  constructor({ client, notices, session, chosen, turned, replaced }: DocumentsOptions) {
    this.#client = client;
    this.#notices = notices;
    this.#session = session;
    this.#chosen = chosen ?? nothing;
    this.#turned = turned ?? nothing;
    this.#replaced = replaced ?? nothing;
    client.on.saveState(({ path, state }) => this.find(path)?.told(state));
    client.on.documentMoved(({ from, to }) => this.#moved(from, to));
    client.on.documentReloaded((opened) => {
      const document = this.find(opened.path);
      if (document) this.#show(document, document.reloaded(opened));
    });
  }

  find(path: string): Document | null {
    return this.list.find((document) => document.path === path) ?? null;
  }

  /** The editor is there, or goes. */
  attach(editor: Editor | null): void {
    if (editor === null) this.#leave();
    this.editor = editor;
    if (editor && this.active) editor.show(this.active.forEditor);
  }

  /** Opens what was open when Understudy was last closed. What is gone since is left out. */
  async restore(): Promise<void> {
    const { open, active } = this.#session.restored;
    // The one that will be shown comes first: the others may take their time.
    const first = active ?? open[0];
    if (first === undefined) return;
    await this.open(first, { quietly: true });
    await Promise.all(
      open.filter((path) => path !== first).map((path) => this.#load(path, { quietly: true })),
    );
    const order = (document: Document): number => {
      const index = open.indexOf(document.path);
      return index < 0 ? open.length : index;
    };
    this.list = [...this.list].sort((a, b) => order(a) - order(b));
    const [left] = this.list;
    if (!this.active && left) this.activate(left);
    this.#keep();
  }

  async open(path: string, options: { readonly quietly?: boolean } = {}): Promise<Document | null> {
    const document = this.find(path) ?? (await this.#load(path, options));
    if (document) this.activate(document);
    return document;
  }

  activate(document: Document): void {
    this.#chosen();
    if (this.active === document) return this.editor?.focus();
    const fromEmpty = this.active === null;
    this.#leave();
    this.active = document;
    this.#turned();
    this.editor?.show(document.forEditor);
    // The text of an empty page is hidden until this change is drawn; only then can it have the keyboard.
    if (fromEmpty) void tick().then(() => this.editor?.focus());
    else this.editor?.focus();
    this.#keep();
  }

  /** The next or previous tab, wrapping. */
  turn(by: 1 | -1): void {
    if (!this.active || this.list.length < 2) return;
    const index = this.list.indexOf(this.active) + by + this.list.length;
    this.activate(this.list[index % this.list.length]!);
  }

  /** Sends and saves all, then closes. What cannot be saved stays open. */
  async close(document: Document): Promise<void> {
    if (document === this.active && this.editor) document.leave(leftIn(this.editor));
    await this.#notices.attempt(async () => {
      await document.queue.flush();
      await document.keepPreferences();
      await document.undo.keep();
      unwrap(await this.#client.call.closeDocument({ path: document.path }));
      this.drop(document);
    });
  }

  /** Forgets a document without saving: it is in the trash, or closed. */
  drop(document: Document): void {
    const index = this.list.indexOf(document);
    if (index < 0) return;
    this.list = this.list.filter((other) => other !== document);
    document.undo.end();
    if (this.active === document) {
      this.active = null;
      const next = this.list[Math.min(index, this.list.length - 1)];
      if (next) this.activate(next);
      else this.#turned();
    }
    this.editor?.forget(document.path);
    this.#keep();
  }

  /** All that lie in a folder, or are the document itself. */
  within(path: string): readonly Document[] {
    return this.list.filter(
      (document) => document.path === path || document.path.startsWith(`${path}/`),
    );
  }

  async save(document: Document): Promise<void> {
    await this.#notices.attempt(async () => {
      await document.queue.flush();
      unwrap(await this.#client.call.saveDocument({ path: document.path }));
    });
  }

  /** Ends a conflict or a recovery. Gives whether it ended. */
  async settle(document: Document, settlement: Settlement): Promise<boolean> {
    const settled = await this.#notices.attempt(async () => {
      await document.queue.flush();
      const { path } = document;
      document.settled(unwrap(await this.#client.call.settleDocument({ path, settlement })));
      return true;
    });
    return settled === true;
  }

  /** The host was given this text for a document. */
  replace(document: Document, now: { readonly text: string; readonly version: number }): void {
    document.replaced(now);
    this.editor?.replaceText(document.path, now.text);
  }

  /** After the connection was lost: the host and the page agree again. */
  async resync(): Promise<void> {
    for (const document of this.list) {
      await this.#notices.attempt(async () => {
        const { path } = document;
        const now = document.reconnected(unwrap(await this.#client.call.openDocument({ path })));
        if (now !== null) this.#show(document, now);
      });
    }
  }

  async #load(path: string, options: { readonly quietly?: boolean }): Promise<Document | null> {
    this.opening = path;
    const load = async (): Promise<OpenDocument> =>
      unwrap(await this.#client.call.openDocument({ path }));
    const opened = options.quietly
      ? await load().catch(() => null)
      : await this.#notices.attempt(load);
    if (this.opening === path) this.opening = null;
    if (!opened) return null;
    const there = this.find(opened.path);
    if (there) return there;
    const document = new Document({
      client: this.#client,
      opened,
      history: ({ path }) => this.editor?.undoHistory(path) ?? null,
      live: (asking) => (asking === this.active ? this.editor : null),
      problem: (sentence) => this.#notices.say(sentence, { tone: 'problem', topic: opened.path }),
    });
    this.list = [...this.list, document];
    return document;
  }

  #show(document: Document, { text, marks }: MarkedText): void {
    this.editor?.replaceText(document.path, text, marks);
    if (document === this.active) this.#replaced();
  }

  #leave(): void {
    if (!this.active || !this.editor) return;
    this.active.leave(leftIn(this.editor));
    this.active.prefer({ caret: this.editor.caret() });
  }

  #moved(from: string, to: string): void {
    for (const document of this.within(from)) {
      const path = to + document.path.slice(from.length);
      this.editor?.renamed(document.path, path);
      document.moved(path);
    }
    this.#keep();
  }

  #keep(): void {
    this.#session.opened(
      this.list.map(({ path }) => path),
      this.active?.path ?? null,
    );
  }
}

const leftIn = (editor: Editor): MarkedText => ({ text: editor.text(), marks: editor.marks() });
const nothing = (): void => undefined;
