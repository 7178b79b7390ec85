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

/** The same stream; where it breaks off, `broken` hears first what each alternative had come to. */
async function* heard<End>(
  items: AsyncGenerator<SuggestionItem, End, void>,
  broken: (texts: readonly string[]) => Promise<unknown>,
): AsyncGenerator<SuggestionItem, End, void> {
  const texts: string[] = [];
  for (;;) {
    let next: IteratorResult<SuggestionItem, End>;
    try {
      next = await items.next();
    } catch (error) {
      await broken(Array.from(texts, (text = '') => text));
      throw error;
    }
    if (next.done) return next.value;
    const { alternative, text } = next.value;
    texts[alternative] = (texts[alternative] ?? '') + text;
    yield next.value;
  }
}

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
        const settings = { ...sampling, seed: sampling.seed ?? seed() };
        /** Gives its id; none for what was stopped before its first word: it is nothing to come back to. */
        const kept = async (
          alternatives: readonly string[],
          used: Pick<HistoryEntry, 'seed' | 'temperature'>,
        ): Promise<string> => {
          if (alternatives.every((text) => text === '')) return '';
          const { creativity } = sampling;
          const { seed, temperature } = used;
          return record({ path, voice, creativity, temperature, seed, before, alternatives });
        };
        const done = giveWay.streaming();
        try {
          const request = {
            id: path,
            version,
            at,
            voice: voicePath(voice),
            sampling: settings,
            stopTexts: [],
          };
          const items = sampler.stream('continue', request, { signal, join: joined });
          const end = yield* heard(items, (texts) => kept(texts, settings));
          const alternatives = end.alternatives.map(({ text }) => text);
          return { ...end, id: await kept(alternatives, end) };
        } finally {
          done();
        }
      },
      readAhead({ path, version, at, voice }) {
        const document = documents.get(path);
        // A later one follows where the text has moved on.
        if (document?.version === version) {
          sampler
            .callUnlessStopped('readAhead', { id: path, version, at, voice: voicePath(voice) })
            ?.catch((error: unknown) => log(`Reading ahead: ${String(error)}`));
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
      const answer = sampler.callUnlessStopped('measureYou', { voice: voicePath(name) });
      if (answer) return (await answer).creativity;
      throw new UserError(
        'engine.gone',
        `${name} cannot be measured while suggestions are off; ask for a suggestion first.`,
      );
    },
    dispose() {
      giveWay.dispose();
      stopMirroring();
    },
  };
}
