import type { ApiClient, Passage, Sampling, VoiceSummary } from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import type { Disposer } from '../../shared/rpc/index.ts';
import type { GhostState } from '../editor/types.ts';
import type { Document } from './document.svelte.ts';
import type { Documents } from './documents.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export interface SuggestionsOptions {
  readonly client: ApiClient;
  readonly documents: Documents;
  readonly notices: Notices;
  /** The voice that a document is continued in; null where there is none yet. */
  readonly voiceFor: (document: Document) => VoiceSummary | null;
  /** There is no voice: the writer is shown where to train one. */
  readonly needVoice: () => void;
  /** A suggestion is complete and in the history. */
  readonly finished: () => void;
  readonly randomSeed?: () => number;
}

/** What one suggestion was asked with. */
interface Asked {
  readonly request: string;
  readonly document: Document;
  readonly at: number;
  readonly seed: number;
  readonly passage: Passage;
  cancel: Disposer | null;
  /** Of its entry in the history, once it is complete. */
  id: string | null;
  /** What was taken into the document so far. */
  accepted: string;
}

/** Milliseconds between two re-rolls while a slider is dragged. */
const REROLL = 90;
/** Suggestions whose acceptance is still to be told. */
const REMEMBERED = 20;

/** Asks for suggestions and leads what comes into the editor's ghost. */
export class Suggestions {
  ghost = $state.raw<GhostState>({ kind: 'none' });
  /** Text comes, or is about to. */
  streaming = $state(false);
  /** The voice reads and has not said anything yet. */
  thinking = $state(false);
  /** For a while no suggestion comes by itself. */
  snoozed = $state(false);
  readonly #options: SuggestionsOptions;
  #count = 0;
  /** The one that streams or stands in the editor. */
  #now: Asked | null = null;
  /** The last one, for as long as the slider may bring it back. */
  #last: Asked | null = null;
  /** Seed and place stay as they are while a slider moves. */
  #pinned: Pick<Asked, 'document' | 'at' | 'seed'> | null = null;
  #rerollTimer: ReturnType<typeof setTimeout> | undefined;
  #snoozeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #recent = new Map<string, Asked>();

  constructor(options: SuggestionsOptions) {
    this.#options = options;
  }

  /** Continues the document that is shown, at `at`. */
  async ask(at: number, seed?: number): Promise<void> {
    const { client, documents, notices, voiceFor, needVoice } = this.#options;
    const document = documents.active;
    const editor = documents.editor;
    if (!document || !editor) return;
    const voice = voiceFor(document);
    if (!voice) return needVoice();
    const { sampling } = document.preferences;
    // Another suggestion was asked for: what a slider held on to is over.
    if (seed === undefined) {
      this.#pinned = null;
      clearTimeout(this.#rerollTimer);
      this.#rerollTimer = undefined;
    }
    this.#cancel();
    const chosenSeed = seed ?? sampling.seed ?? (this.#options.randomSeed ?? randomSeed)();
    const asked: Asked = {
      request: `suggestion-${++this.#count}`,
      document,
      at,
      seed: chosenSeed,
      passage: passageOf(voice.name, sampling.creativity, chosenSeed),
      cancel: null,
      id: null,
      accepted: '',
    };
    this.#now = asked;
    this.#last = asked;
    this.#remember(asked);
    this.thinking = true;
    this.streaming = true;
    editor.ghost.begin(asked.request, at);
    const version = await document.queue.flush();
    if (this.#now !== asked) return;
    if (version === null) {
      this.#over(asked);
      editor.ghost.dismiss();
      return;
    }
    const chosen: Sampling = { ...sampling, seed: asked.seed };
    asked.cancel = client.stream.continue(
      { path: document.path, version, at, voice: voice.name, sampling: chosen },
      {
        item: ({ alternative, text }) => {
          if (this.#now !== asked) return;
          this.thinking = false;
          editor.ghost.append(asked.request, alternative, text);
        },
        end: (result) => {
          if (result.ok) {
            asked.id = result.value.id;
            this.#tellAccepted(asked);
            this.#options.finished();
          }
          if (this.#now !== asked) return;
          this.#over(asked);
          editor.ghost.end(asked.request);
          if (result.ok) return;
          if (result.error.code === 'document.stale') editor.ghost.dismiss();
          else if (result.error.code !== 'generation.cancelled') {
            notices.say(result.error.sentence, { tone: 'problem', topic: 'suggestion' });
          }
        },
      },
    );
  }

  /** The writer stopped it, or made it pointless. What came so far is the editor's to keep. */
  stop(request: string): void {
    if (this.#now?.request !== request) return;
    this.#cancel();
    this.#options.documents.editor?.ghost.end(request);
  }

  ghostChanged(state: GhostState): void {
    const left = state.kind === 'none' && this.ghost.kind === 'shown';
    if (left && this.#now?.cancel === null) this.#now = null;
    this.ghost = state;
  }

  /** What a suggestion was asked with; null where that was long ago. */
  passageOf(request: string): Passage | null {
    return this.#recent.get(request)?.passage ?? null;
  }

  accepted(request: string, text: string): void {
    const asked = this.#recent.get(request);
    if (!asked) return;
    asked.accepted += text;
    this.#tellAccepted(asked);
  }

  /**
   * A slider is taken in hand: as long as it moves, suggestions come from the same place with the same
   * seed.
   */
  pin(): void {
    const last = this.#last;
    const { documents } = this.#options;
    if (this.#pinned || !last || last.document !== documents.active) return;
    if (this.ghost.kind === 'none') return;
    const at = documents.editor?.caret() ?? last.at;
    this.#pinned = { document: last.document, at, seed: last.seed };
  }

  unpin(): void {
    this.#pinned = null;
  }

  /**
   * The slider moved: the suggestion is made again, with what changed and nothing else. The last move
   * counts, also where the slider was let go right after it.
   */
  reroll(): void {
    const pinned = this.#pinned;
    if (!pinned) return;
    this.#rerollTimer ??= setTimeout(() => {
      this.#rerollTimer = undefined;
      const { document, at, seed } = pinned;
      const isGone = this.ghost.kind === 'none' || document !== this.#options.documents.active;
      if (!isGone) void this.ask(at, document.preferences.sampling.seed ?? seed);
    }, REROLL);
  }

  snooze(minutes: number): void {
    this.wake();
    this.snoozed = true;
    this.#snoozeTimer = setTimeout(() => this.wake(), minutes * 60_000);
  }

  /** Suggestions come by themselves again, where the writer has them do so. */
  wake(): void {
    clearTimeout(this.#snoozeTimer);
    this.snoozed = false;
  }

  #cancel(): void {
    const asked = this.#now;
    this.#now = null;
    this.thinking = false;
    this.streaming = false;
    asked?.cancel?.();
    if (asked) asked.cancel = null;
  }

  #over(asked: Asked): void {
    asked.cancel = null;
    this.thinking = false;
    this.streaming = false;
    if (this.ghost.kind === 'none') this.#now = null;
  }

  #remember(asked: Asked): void {
    this.#recent.set(asked.request, asked);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > REMEMBERED && oldest !== undefined) this.#recent.delete(oldest);
  }

  #tellAccepted({ id, accepted }: Asked): void {
    if (id === null || accepted === '') return;
    void this.#options.notices.attempt(async () => {
      unwrap(await this.#options.client.call.markAccepted({ id, text: accepted }));
    });
  }
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** How text that a voice wrote now is told from the writer's own. */
export const passageOf = (voice: string, creativity: number, seed: number | null): Passage => ({
  id: crypto.randomUUID(),
  voice,
  at: Date.now(),
  creativity,
  seed,
});
