import { UserError } from '../../../shared/errors.ts';
import { generateText, settingsFor } from '../../lm/generation/index.ts';
import type { Stepper } from '../../lm/nn/stepper.ts';
import { BOUNDARY, type Units } from '../../lm/text/units.ts';
import type { Lexicon } from '../../lm/text/index.ts';
import type { VoiceCard } from '../../lm/voice/card.ts';

/** Creativities that are tried; between them a straight line is good enough for a slider. */
const TRIED = [0, 25, 50, 75, 100];
const SEED = 20_261_125;
/** Units of each of the texts, by the size of a step: a few seconds for the largest voices. */
const LENGTH = { char: 320, subword: 96, word: 96 };

export interface MeasuredVoice {
  readonly card: VoiceCard;
  readonly units: Units;
  readonly lexicon: Lexicon | null;
  /** All its streams are used. */
  readonly stepper: Stepper;
  readonly pause: () => Promise<void>;
}

/** Nats per unit of texts written at a creativity, under the voice as it is. */
async function surprise(
  creativity: number,
  { card, units, lexicon, stepper, pause }: MeasuredVoice,
): Promise<number> {
  const { kind } = card.config.units;
  const settings = {
    ...settingsFor(creativity, kind, card.metrics.temperature),
    lexicon,
    seed: SEED,
    alternatives: stepper.streams,
    // Its length alone ends a text, so that a short one does not weigh more.
    length: { kind: 'words', count: 2000 } as const,
    maxTokens: LENGTH[kind],
  };
  const prompt = card.prompt ?? '';
  const texts = await generateText(stepper, units, prompt, settings, { yieldNow: pause });
  const before = units.encode(prompt);
  const start = new Int32Array(before.length + 1);
  start[0] = BOUNDARY;
  start.set(before, 1);
  let [nats, count] = [0, 0];
  for (const { text } of texts) {
    const targets = units.encode(text);
    if (targets.length === 0) continue;
    stepper.reset(0);
    if (start.length > 1) stepper.read(0, start.slice(0, -1));
    // Each unit is read, and the one after it is scored.
    const ids = new Int32Array(targets.length);
    ids[0] = start.at(-1)!;
    ids.set(targets.subarray(0, -1), 1);
    nats += stepper.score(0, ids, targets);
    count += targets.length;
    await pause();
  }
  return count > 0 ? nats / count : 0;
}

/** Where a line through rising points reaches a height; the ends bound it. */
export function crossing(
  points: readonly (readonly [x: number, y: number])[],
  height: number,
): number {
  let [beforeX, beforeY] = points[0] ?? [0, 0];
  if (height <= beforeY) return beforeX;
  for (const [x, y] of points.slice(1)) {
    if (y >= height) return beforeX + ((x - beforeX) * (height - beforeY)) / (y - beforeY);
    [beforeX, beforeY] = [x, y];
  }
  return beforeX;
}

/**
 * The creativity at which what a voice writes is as surprising to it as the writer's own held-back pages
 * were: below, it is tamer than the writer, above, wilder. Both in nats per unit, which the text's
 * characters do not change: both are cut into the same units. The same voice gives the same number.
 *
 * @throws UserError `generation.invalid` for a voice that was never compared with held-back pages
 */
export async function measureYou(voice: MeasuredVoice): Promise<number> {
  const { heldBackNats } = voice.card.metrics;
  if (heldBackNats === null) {
    throw new UserError(
      'generation.invalid',
      `${voice.card.name} was stopped before it was first compared with held-back pages; train it further to see where your own pages lie.`,
    );
  }
  const points: [number, number][] = [];
  for (const creativity of TRIED) {
    points.push([creativity, await surprise(creativity, voice)]);
    // Surprise rises with creativity: further ones would not tell more.
    if (points.at(-1)![1] >= heldBackNats) break;
  }
  return crossing(points, heldBackNats);
}
