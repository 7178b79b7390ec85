import { countWords } from '../../shared/words.ts';
import { chooseBackend } from '../backends/choose.ts';
import { findManuscripts, readManuscript } from '../files/manuscripts.ts';
import { loadVoice } from '../files/voice-folder.ts';
import type { Precision } from '../lm/nn/stepper.ts';
import { normalise } from '../lm/text/normalise.ts';
import { BOUNDARY, UNKNOWN } from '../lm/text/units.ts';
import { bitsPerCharacter, spellingNats } from '../lm/training/bits.ts';
import { yieldNow } from './system.ts';

export interface Evaluation {
  readonly files: number;
  /** Files among them that the voice was trained on: what it says of those is too good. */
  readonly studied: number;
  readonly words: number;
  /** UTF-16 code units, after cleaning. */
  readonly characters: number;
  readonly tokens: number;
  readonly unknown: number;
  readonly natsPerToken: number;
  /** Per unit: e to the `natsPerToken`. */
  readonly perplexity: number;
  readonly bitsPerCharacter: number;
}

const CHUNK = 4096;

/**
 * How well a voice predicts files: each is read from its first character to its last in one stream, at
 * the voice's fitted temperature. When the signal stops it, of the part that was read.
 *
 * @throws UserError
 */
export async function evaluateVoice(
  request: {
    readonly voice: string;
    readonly files: readonly string[];
    readonly threads?: number | undefined;
    /** Of the weights; float32 unless said otherwise. */
    readonly precision?: Precision;
  },
  { signal }: { readonly signal: AbortSignal },
): Promise<Evaluation> {
  const { card, units, weights } = await loadVoice(request.voice);
  const paths = await findManuscripts(request.files);
  const known = new Set(card.trainedOn.map(({ sha256 }) => sha256));
  const backend = await chooseBackend({ threads: request.threads });
  const stepper = backend.createStepper(card.config.network, weights, {
    streams: 1,
    precision: request.precision ?? 'float32',
  });
  let [studied, nats, spelling, tokens, words, characters, unknown] = [0, 0, 0, 0, 0, 0, 0];
  try {
    for (const path of paths) {
      if (signal.aborted) break;
      const manuscript = await readManuscript(path);
      const { text } = normalise(manuscript.text, card.config.text);
      // The end of a document is part of what is predicted, as in training.
      const encoded = units.encode(text);
      const ids = new Int32Array(encoded.length + 2).fill(BOUNDARY);
      ids.set(encoded, 1);
      stepper.reset(0);
      for (let i = 0; i + 1 < ids.length && !signal.aborted; i += CHUNK) {
        const end = Math.min(i + CHUNK, ids.length - 1);
        const { temperature } = card.metrics;
        nats += stepper.score(0, ids.slice(i, end), ids.slice(i + 1, end + 1), temperature);
        await yieldNow();
      }
      if (known.has(manuscript.sha256)) studied++;
      spelling += spellingNats(units, { ids, characters: text.length, documents: 1 });
      tokens += ids.length - 1;
      words += countWords(text);
      characters += text.length;
      for (const id of ids) if (id === UNKNOWN) unknown++;
    }
  } finally {
    stepper.dispose();
  }
  return {
    files: paths.length,
    studied,
    words,
    characters,
    tokens,
    unknown,
    natsPerToken: nats / tokens,
    perplexity: Math.exp(nats / tokens),
    bitsPerCharacter: bitsPerCharacter(nats, spelling, characters),
  };
}
