import type {
  ApiClient,
  EngineStatus,
  Passage,
  Start,
  VoiceSummary,
} from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import type { EditorCallbacks, Origin, Written } from '../editor/types.ts';
import { catalogue } from './catalogue.ts';
import { AFTER_THE_FRAME } from './after-the-frame.ts';
import { Commands } from './commands.svelte.ts';
import { Comparison } from './comparison.svelte.ts';
import { Dialogue, type Keep } from './dialogue.svelte.ts';
import type { Document } from './document.svelte.ts';
import { Disclosures } from './disclosures.svelte.ts';
import { Documents } from './documents.svelte.ts';
import { Exports } from './exports.svelte.ts';
import { Goals } from './goals.svelte.ts';
import { History } from './history.svelte.ts';
import { Library } from './library.svelte.ts';
import { inField } from './native-undo.ts';
import { Notices } from './notices.svelte.ts';
import { Search } from './search.svelte.ts';
import { Session } from './session.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { Snapshots } from './snapshots.svelte.ts';
import { Suggestions } from './suggestions.svelte.ts';
import { TrainingDraft } from './training-draft.svelte.ts';
import { Training } from './training.svelte.ts';
import { UnderWay } from './under-way.svelte.ts';
import { Voices } from './voices.svelte.ts';
import { Welcome } from './welcome.svelte.ts';

export interface AppOptions {
  readonly client: ApiClient;
  readonly start: Start;
  /** Keeps the dialogue over a reload of the page. */
  readonly keep?: Keep | null;
  /** The manuscript that comes with Understudy. */
  readonly sample: () => Promise<string>;
}

/** Milliseconds between two words to the host that the writer types. */
const TYPING_EVERY = 1000;
/** Milliseconds of rest before the sampler reads ahead: more than lie between two words of where the caret is. */
const REST = 350;
/** However long the writer types without a rest, it does so after as many milliseconds. */
const LATEST = 2000;

/** Milliseconds between two looks of the host at what others may have written. */
const LOOK_EVERY = 5000;

/** Composes the domains; each knows its own, and only what belongs to two of them is here. */
export class App {
  readonly client: ApiClient;
  readonly version: string;
  readonly host: Start['host'];
  readonly platform: Start['platform'];
  engines = $state.raw<EngineStatus>({
    trainer: { kind: 'starting' },
    sampler: { kind: 'starting' },
  });
  /** Suggested text is shown, and the caret is in that of this passage. */
  passageAtCaret = $state.raw<Passage | null>(null);
  /** The host can be reached. */
  connected = $state(true);
  /** Why it cannot, where waiting does not help, as a sentence. */
  lost = $state<string | null>(null);

  readonly notices: Notices;
  readonly underWay: UnderWay;
  readonly settings: Settings;
  readonly session: Session;
  readonly documents: Documents;
  readonly snapshots: Snapshots;
  readonly comparison: Comparison;
  readonly library: Library;
  readonly search: Search;
  readonly exports: Exports;
  readonly voices: Voices;
  readonly training: Training;
  /** The voice that is to be, until it is trained; it outlives the panel. */
  readonly draft: TrainingDraft;
  readonly dialogue: Dialogue;
  readonly suggestions: Suggestions;
  readonly history: History;
  readonly goals: Goals;
  readonly disclosures: Disclosures;
  readonly commands: Commands;
  readonly welcome: Welcome;
  #typingTold = -Infinity;
  #looked = -Infinity;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  /** Since when the sampler could read ahead; null where it was told. */
  #unread: number | null = null;

  constructor({ client, start, keep = null, sample }: AppOptions) {
    this.client = client;
    this.version = start.version;
    this.host = start.host;
    this.platform = start.platform;
    this.engines = start.engines;
    const notices = (this.notices = new Notices());
    const underWay = (this.underWay = new UnderWay());
    this.settings = new Settings(client, start, notices);
    this.session = new Session(client, start);
    const documents = (this.documents = new Documents({
      client,
      notices,
      session: this.session,
      chosen: () => this.welcome.leave(),
      turned: () => this.comparison.left(),
      replaced: () => this.comparison.changes++,
    }));
    this.comparison = new Comparison({ client, notices, documents });
    this.snapshots = new Snapshots({ client, notices, active: () => documents.active });
    this.library = new Library({
      client,
      start,
      notices,
      underWay,
      documents,
      settings: this.settings,
    });
    this.search = new Search(client, notices);
    this.exports = new Exports({
      client,
      settings: this.settings,
      documents,
      root: () => this.library.tree.root,
      show: () => this.session.show('export'),
    });
    this.voices = new Voices(client, start, underWay);
    this.training = new Training(
      client,
      start,
      (sentence) => this.#trained(sentence),
      (voice) => this.voices.find(voice)?.bitsPerCharacter ?? null,
    );
    this.draft = new TrainingDraft(client, () => this.library.tree.root, start.settings);
    this.dialogue = new Dialogue(client, keep);
    this.history = new History(client, notices);
    this.suggestions = new Suggestions({
      client,
      documents,
      notices,
      voiceFor: (document) => this.voiceFor(document),
      needVoice: () => this.#needVoice(),
      finished: () => {
        if (this.session.panel === 'history') this.history.refresh();
      },
    });
    this.goals = new Goals(client, start);
    this.disclosures = new Disclosures(client, documents, notices);
    this.welcome = new Welcome(this, sample);
    this.commands = new Commands(catalogue(this), () => this.settings.values.keys, this.platform);
    client.on.enginesChanged((engines) => (this.engines = engines));
    client.on.command((id) => {
      if ((id === 'undo' || id === 'redo') && inField(id)) return;
      this.commands.run(id);
    });
    client.on.notice(({ sentence, tone }) => notices.say(sentence, { tone }));
  }

  /**
   * The voice a document is continued in: the one that was chosen, else the newest. One that is being
   * trained comes last: it changes again and again, and each time all of the text is read anew.
   */
  voiceFor(document: Document | null): VoiceSummary | null {
    const chosen = this.voices.find(document?.preferences.voice ?? null);
    if (chosen && chosen.damaged === null) return chosen;
    const { usable } = this.voices;
    const studying = this.training.active ? this.training.state?.voice : null;
    return usable.find(({ name }) => name !== studying) ?? usable[0] ?? null;
  }

  /** Puts text at the caret of the document that is shown, as one undo step. */
  insert(pieces: readonly Written[], origin: Origin = 'accepted'): boolean {
    const { editor, active } = this.documents;
    if (!editor || active?.readOnly !== null) {
      this.notices.say('Open a document that can be changed, then insert again.');
      return false;
    }
    editor.insert(pieces, origin);
    return true;
  }

  /** After the connection was lost: everything that was told meanwhile is asked for again. */
  async resync(): Promise<void> {
    await this.notices.attempt(async () => {
      const start = unwrap(await this.client.call.start({}));
      this.settings.values = start.settings;
      this.library.tree = start.library;
      this.voices.list = start.voices;
      this.training.state = start.training;
      this.engines = start.engines;
      this.goals.written = start.written;
      await this.documents.resync();
      await this.goals.tell();
    });
  }

  /** What the editor tells, for the domains it concerns. */
  readonly editorCallbacks: EditorCallbacks = {
    edited: (edits, origin, words, keep) => {
      const document = this.documents.active;
      if (!document) return;
      document.edited(edits, keep);
      this.goals.typed(words);
      if (origin !== 'typed') return;
      this.session.writing = true;
      this.#tellTyping();
    },
    moved: (caret, top) => {
      const document = this.documents.active;
      if (!document) return;
      document.prefer({ caret, top });
      this.readAhead(document);
    },
    suggest: (at) => void this.suggestions.ask(at),
    stop: (request) => this.suggestions.stop(request),
    accepted: (request, text) => this.suggestions.accepted(request, text),
    ghostChanged: (state) => this.suggestions.ghostChanged(state),
    countsChanged: (counts) => {
      if (this.documents.active) this.documents.active.counts = counts;
    },
    passageOf: (request) => this.suggestions.passageOf(request),
    suggestedChanged: (words) => {
      if (this.documents.active) this.documents.active.suggested = words;
    },
    passageAtCaret: (passage) => (this.passageAtCaret = passage),
    outlineChanged: (headings) => {
      if (this.documents.active) this.documents.active.outline = headings;
    },
  };

  /** How a training ended, quietly, and what one would do next. */
  #trained(sentence: string): void {
    const { active } = this.documents;
    if (active) this.readAhead(active);
    const ready = this.training.state?.status.kind === 'done' && active !== null;
    this.notices.say(sentence, {
      topic: 'training',
      actions: [
        { label: 'Show', run: () => this.session.show('voices') },
        ...(ready ? [{ label: 'Try it', run: () => this.commands.run('continue') }] : []),
      ],
    });
  }

  #needVoice(): void {
    const trains = this.training.active;
    this.notices.say(
      trains
        ? 'Your first voice is still studying; it can continue your text as soon as it has something to show.'
        : 'There is no voice yet. Train one on your own pages, then it can continue your text.',
      {
        topic: 'no voice',
        actions: [
          {
            label: trains ? 'Show training' : 'Train a voice',
            run: () => this.session.show('voices'),
          },
        ],
      },
    );
  }

  /** The window has the focus again: what was written meanwhile, on another computer perhaps, is looked for. */
  returned(): void {
    const wait = Math.max(0, this.#looked + LOOK_EVERY - performance.now());
    this.#lookTimer ??= setTimeout(() => {
      this.#lookTimer = undefined;
      this.#looked = performance.now();
      void this.client.call.lookAgain({});
    }, wait);
  }

  /** Training gives way while the writer types. */
  #tellTyping(): void {
    const now = performance.now();
    if (now - this.#typingTold < TYPING_EVERY) return;
    this.#typingTold = now;
    setTimeout(() => void this.client.call.typing({}), AFTER_THE_FRAME);
  }

  /** Reading ahead only saves time: where it fails, Continue says why. */
  readAhead(document: Document): void {
    const now = performance.now();
    this.#unread ??= now;
    clearTimeout(this.#restTimer);
    const wait = Math.max(0, Math.min(REST, this.#unread + LATEST - now));
    this.#restTimer = setTimeout(() => void this.#readNow(document), wait);
  }

  async #readNow(document: Document): Promise<void> {
    this.#unread = null;
    const version = await document.queue.flush();
    const voice = this.voiceFor(document);
    const { editor, active } = this.documents;
    if (version === null || !voice || !editor || document !== active) return;
    // The caret of now: it may have moved since it was told.
    void this.client.call.readAhead({
      ...{ path: document.path, version, at: editor.caret() },
      voice: voice.name,
    });
  }
}
