import { chooseBackend } from '../backends/choose.ts';
import { findManuscripts, readManuscript } from '../files/manuscripts.ts';
import { loadVoice } from '../files/voice-folder.ts';
import { countWords, normalise } from '../lm/text/normalise.ts';
import { unitsFromJSON } from '../lm/text/read-units.ts';
import { BOUNDARY, UNKNOWN } from '../lm/text/units.ts';
import { yieldNow } from './system.ts';

export interface Evaluation {
  readonly files: number;
  readonly words: number;
  readonly characters: number;
  readonly tokens: number;
  readonly unknown: number;
  readonly natsPerToken: number;
  readonly perplexity: number;
  readonly bitsPerCharacter: number;
}

const CHUNK = 4096;
/** Spelling an unknown unit: five characters out of 96, as in lm/training/evaluation.ts. */
const SPELLING = 5 * Math.log(96);

/**
 * How well a voice predicts files: each is read from its first character to its last in one stream, at
 * the voice's fitted temperature.
 *
 * @throws UserError
 */
export async function evaluateVoice(
  request: { voice: string; files: readonly string[]; threads?: number | undefined },
  { signal }: { signal: AbortSignal },
): Promise<Evaluation> {
  const { card, weights } = await loadVoice(request.voice);
  const units = unitsFromJSON(card.units, request.voice);
  const paths = await findManuscripts(request.files);
  const backend = await chooseBackend({ threads: request.threads });
  const stepper = backend.createStepper(card.config.network, weights, {
    streams: 1,
    precision: 'float32',
  });
  let [nats, tokens, words, characters, unknown] = [0, 0, 0, 0, 0];
  try {
    for (const path of paths) {
      const { text } = normalise((await readManuscript(path)).text, card.config.text);
      const ids = Int32Array.from([BOUNDARY, ...units.encode(text)]);
      stepper.reset(0);
      for (let i = 0; i + 1 < ids.length && !signal.aborted; i += CHUNK) {
        const end = Math.min(i + CHUNK, ids.length - 1);
        const { temperature } = card.metrics;
        nats += stepper.score(0, ids.slice(i, end), ids.slice(i + 1, end + 1), temperature);
        await yieldNow();
      }
      tokens += ids.length - 1;
      words += countWords(text);
      characters += text.length;
      for (const id of ids) if (id === UNKNOWN) unknown++;
    }
  } finally {
    stepper.dispose();
  }
  const natsPerToken = nats / tokens;
  return {
    files: paths.length,
    words,
    characters,
    tokens,
    unknown,
    natsPerToken,
    perplexity: Math.exp(natsPerToken),
    bitsPerCharacter: (nats + unknown * SPELLING) / Math.LN2 / characters,
  };
}
