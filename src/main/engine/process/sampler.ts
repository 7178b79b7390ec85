import type { Sampling, SuggestionItem } from '../../../shared/api/index.ts';
import type { Handlers } from '../../../shared/rpc/index.ts';
import type { Backend } from '../../backends/backend.ts';
import { chooseBackend } from '../../backends/choose.ts';
import { write } from '../../lm/generation/index.ts';
import type { ContinueEnd, SamplerApi } from '../../protocol/engine.ts';
import { yieldNow } from '../system.ts';
import { measureYou } from './measure-you.ts';
import { samplingSettings } from './settings.ts';
import { OpenTexts } from './texts.ts';
import { STREAMS, Voices } from './voices.ts';

/** What the prompts of dialogues are known by: the next has the last one's turns before its own. */
const DIALOGUE = '\0dialogue';

/** What somebody waits for, and what waits for that: the reading ahead, the measuring. */
class Foreground {
  #count = 0;
  #wake: (() => void)[] = [];

  enter(): () => void {
    this.#count++;
    return () => {
      if (--this.#count > 0) return;
      for (const wake of this.#wake) wake();
      this.#wake = [];
    };
  }

  async quiet(): Promise<void> {
    await yieldNow();
    while (this.#count > 0) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
}

interface Asked {
  /** What the text is known by. */
  readonly key: string;
  readonly text: string;
  readonly at: number;
  readonly voice: string;
  readonly sampling: Sampling;
  readonly stopTexts: readonly string[];
}

/** Answers what the host asks of the process that writes. `seed` is used where none is asked for. */
export function createSampler(seed: () => number): Handlers<SamplerApi> {
  let threads: number | undefined;
  let backend: Promise<Backend> | null = null;
  const chosen = (): Promise<Backend> => (backend ??= chooseBackend({ threads }));
  const voices = new Voices(chosen);
  const texts = new OpenTexts();
  const foreground = new Foreground();
  let ahead = new AbortController();

  async function* continued(
    { key, text, at, voice: folder, sampling, stopTexts }: Asked,
    signal: AbortSignal,
  ): AsyncGenerator<SuggestionItem, ContinueEnd, void> {
    // Before anything is waited for: reading ahead must not be in the way.
    ahead.abort();
    const leave = foreground.enter();
    try {
      const { voice, release } = await voices.lease(folder);
      try {
        const { units, reader, writer, writers } = voice;
        const settings = samplingSettings(voice, sampling, { seed: seed(), stopTexts });
        const ends: ContinueEnd['alternatives'][number][] = Array.from(
          { length: settings.alternatives },
          () => ({ text: '', reason: 'cancelled' }),
        );
        const end = (): ContinueEnd => {
          const { seed, temperature } = settings;
          return { alternatives: ends, seed, temperature };
        };
        const read = await reader.read(key, text, at, { signal, pause: yieldNow });
        if (!read) return end();
        const done = await writers.take();
        try {
          writer.restore(0, read.state);
          const options = { signal, yieldNow };
          const events = write(writer, units, read.written, read.reading, settings, options);
          for await (const event of events) {
            const { alternative, text } = event;
            if (event.kind === 'text') yield { alternative, text };
            else ends[alternative] = { text, reason: event.reason };
          }
        } finally {
          done();
        }
        return end();
      } finally {
        release();
      }
    } finally {
      leave();
    }
  }

  return {
    async hello(request) {
      threads = request.threads || undefined;
      const { description, notice } = await chosen();
      return { runsOn: description, notice };
    },
    ping: () => Promise.resolve(null),
    openText({ id, version, text }) {
      texts.open(id, version, text);
      return Promise.resolve(null);
    },
    editText({ id, version, edits }) {
      texts.edit(id, version, edits);
      return Promise.resolve(null);
    },
    closeText({ id }) {
      texts.close(id);
      voices.forgetText(id);
      return Promise.resolve(null);
    },
    async readAhead({ id, version, at, voice }) {
      const text = texts.at(id, version, at);
      ahead.abort();
      ahead = new AbortController();
      const { signal } = ahead;
      await foreground.quiet();
      await voices.use(voice, ({ reader }) =>
        reader.read(id, text, at, { signal, pause: yieldNow }),
      );
      return null;
    },
    async *continue({ id, version, at, ...rest }, signal) {
      const text = texts.at(id, version, at);
      return yield* continued({ ...rest, key: id, text, at }, signal);
    },
    continueText: ({ prompt, ...rest }, signal) =>
      continued({ ...rest, key: DIALOGUE, text: prompt, at: prompt.length }, signal),
    async measureYou({ voice }) {
      const creativity = await voices.use(voice, async ({ card, units, lexicon, weights }) => {
        const { network } = card.config;
        const stepper = (await chosen()).createStepper(network, weights, {
          streams: STREAMS,
          precision: 'float32',
        });
        const pause = (): Promise<void> => foreground.quiet();
        return measureYou({ card, units, lexicon, stepper, pause }).finally(() =>
          stepper.dispose(),
        );
      });
      return { creativity };
    },
    forgetVoice({ voice }) {
      voices.forget(voice);
      return Promise.resolve(null);
    },
  };
}
