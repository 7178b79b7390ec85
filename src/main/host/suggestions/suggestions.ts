import type { ApiHandlers, HistoryEntry, SuggestionItem } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Engines } from '../engines/index.ts';
import type { OpenDocuments, TextOfDocument } from '../types.ts';
import { promptOf } from './dialogue.ts';
import { GiveWay } from './give-way.ts';
import { mirrorDocuments } from './mirror.ts';

export interface SuggestionsOptions {
  readonly engines: Engines;
  readonly documents: OpenDocuments;
  /** The folder of a voice: `<dataFolder>/voices/NAME.voice`. */
  readonly voicePath: (name: string) => string;
  /** Keeps a suggestion in the history; gives its id. */
  readonly record: (entry: Omit<HistoryEntry, 'id' | 'at' | 'accepted'>) => Promise<string>;
  /** Another seed each time, 0 to 2^32 - 1. */
  readonly seed: () => number;
  readonly log: (line: string) => void;
}

/** Continue, read ahead, talk: what the sampler does for the page. */
export interface Suggestions {
  readonly handlers: Pick<ApiHandlers, 'continue' | 'readAhead' | 'typing' | 'talk'>;
  /** The voice on disk is another now, or gone. */
  forgetVoice(name: string): void;
  /** The creativity that is as surprising as the writer's own pages. Throws UserError. */
  measureYou(name: string): Promise<number>;
  dispose(): void;
}

/** Characters of the text before a suggestion that its history shows. */
const BEFORE = 200;

/** Pieces of one alternative are one piece, where the page is slow. */
const joined = (earlier: SuggestionItem, later: SuggestionItem): SuggestionItem | null =>
  earlier.alternative === later.alternative
    ? { alternative: later.alternative, text: earlier.text + later.text }
    : null;

export function createSuggestions({
  engines,
  documents,
  voicePath,
  record,
  seed,
  log,
}: SuggestionsOptions): Suggestions {
  const { sampler } = engines;
  const giveWay = new GiveWay(engines, log);
  const stopMirroring = mirrorDocuments(documents, engines, log);

  /** The document in the version that was meant. Throws UserError `document.missing`, `document.stale`. */
  function documentAt(path: string, version: number): TextOfDocument {
    const document = documents.get(path);
    if (!document) {
      throw new UserError('document.missing', `${path} is not open; open it and ask again.`);
    }
    if (document.version === version) return document;
    throw new UserError('document.stale', 'The text has changed meanwhile; ask again.');
  }

  return {
    handlers: {
      async *continue({ path, version, at, voice, sampling }, signal) {
        const { text } = documentAt(path, version);
        const before = text.slice(0, at).slice(-BEFORE);
        const done = giveWay.streaming();
        try {
          const request = {
            id: path,
            version,
            at,
            voice: voicePath(voice),
            sampling: { ...sampling, seed: sampling.seed ?? seed() },
            stopTexts: [],
          };
          const end = yield* sampler.stream('continue', request, { signal, join: joined });
          const alternatives = end.alternatives.map(({ text }) => text);
          const { creativity } = sampling;
          const { seed: used, temperature } = end;
          // What was stopped before its first word is nothing to come back to.
          const id = alternatives.some((text) => text !== '')
            ? await record({
                ...{ path, voice, creativity, temperature, seed: used, before, alternatives },
              })
            : '';
          return { ...end, id };
        } finally {
          done();
        }
      },
      readAhead({ path, version, at, voice }) {
        const document = documents.get(path);
        // A later one follows where the text has moved on.
        if (document?.version === version) {
          sampler
            .call('readAhead', { id: path, version, at, voice: voicePath(voice) })
            .catch((error: unknown) => log(`Reading ahead: ${String(error)}`));
        }
        return Promise.resolve(null);
      },
      typing() {
        giveWay.typing();
        return Promise.resolve(null);
      },
      async *talk({ voice, sampling, ...dialogue }, signal) {
        const done = giveWay.streaming();
        try {
          const request = {
            ...promptOf(dialogue),
            voice: voicePath(voice),
            sampling: { ...sampling, alternatives: 1, seed: sampling.seed ?? seed() },
          };
          const items = sampler.stream('continueText', request, { signal, join: joined });
          let begun = false;
          for (;;) {
            const { done, value } = await items.next();
            if (done) {
              return { text: value.alternatives[0]?.text.trim() ?? '', seed: value.seed };
            }
            // The space after the colon is not part of what is said.
            const piece: string = begun ? value.text : value.text.trimStart();
            begun ||= piece !== '';
            if (piece !== '') yield piece;
          }
        } finally {
          done();
        }
      },
    },
    forgetVoice(name) {
      sampler
        .callIfRunning('forgetVoice', { voice: voicePath(name) })
        ?.catch((error: unknown) => log(`Forgetting ${name}: ${String(error)}`));
    },
    async measureYou(name) {
      return (await sampler.call('measureYou', { voice: voicePath(name) })).creativity;
    },
    dispose() {
      giveWay.dispose();
      stopMirroring();
    },
  };
}
