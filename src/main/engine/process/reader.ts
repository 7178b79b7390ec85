import {
  contextOf,
  heal,
  LOOK_BACK,
  REACH,
  type Context,
  type Reading,
  type Written,
} from '../../lm/generation/index.ts';
import type { Stepper } from '../../lm/nn/stepper.ts';
import { normalise } from '../../lm/text/normalise.ts';
import { BOUNDARY, type Units } from '../../lm/text/units.ts';
import type { VoiceCard } from '../../lm/voice/card.ts';
import { Marks, type Mark } from './marks.ts';
import { stretchAt, type Stretch } from './stretch.ts';
import { Turns } from './turns.ts';

export interface ReaderOptions {
  readonly card: Pick<VoiceCard, 'config'>;
  readonly units: Units;
  /** One stream, of which nobody else makes use. */
  readonly stepper: Stepper;
  /** Bytes of states that are kept. */
  readonly budget?: number;
}

/** All that writing on from an offset of a text needs. */
export interface ReadText {
  readonly written: Written;
  readonly reading: Reading;
  readonly state: Float32Array;
}

/** Where reading a text last ended. */
interface Head {
  /** The mark it began at, or 0. */
  readonly from: number;
  /** What was read since `from`. */
  readonly tokens: Int32Array;
  readonly state: Float32Array;
  readonly logits: Float32Array;
}

interface Track {
  readonly marks: Marks;
  head: Head | null;
}

/** Tokens between two looks at the signal. */
const CHUNK = 128;
/** Characters between two marks at first. */
const SPACING = 200;
/** From here on, a space will do where there is no end of a paragraph. */
const LONG = 2000;
const BUDGET = 64 << 20;
/** Stretches of one text that are remembered. */
const STRETCHES = 8;

const startsWith = (all: Int32Array, start: Int32Array): boolean =>
  start.length <= all.length && start.every((token, i) => all[i] === token);

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** A boundary stands before the first unit of a text. */
const opened = (from: number, tokens: Int32Array): Int32Array =>
  from === 0 ? joined(Int32Array.of(BOUNDARY), tokens) : tokens;

/**
 * Reads texts with a voice and remembers: states at the ends of paragraphs, and where it came to last. So
 * after an edit only what follows the last mark before it is read again. What comes out is what reading
 * the whole text would give, or in a long one the stretch of it that the voice can remember.
 *
 * A mark stands before the line break that ends a paragraph. Whatever follows, the units before it are
 * the same there, and so is the text as it is prepared, for neither units nor what preparing joins
 * reach across a line break after something visible.
 */
export class Reader {
  readonly #options: ReaderOptions;
  /** By text and stretch; of a text the stretch that was read last comes last. */
  readonly #tracks = new Map<string, Map<number, Track>>();
  readonly #turns = new Turns();
  /** Fewest characters between two marks: more where memory is short. */
  #spacing = SPACING;
  /** Whether a mark may stand before any space. */
  readonly #anySpace: boolean;
  /** What must stand before a mark. */
  readonly #visible: RegExp;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { text, units } = options.card.config;
    // Where punctuation is taken out, the spaces around it may go too.
    this.#anySpace = units.kind === 'char' && !text.stripPunctuation;
    this.#visible = text.stripPunctuation ? /[\p{L}\p{N}]/u : /\S/;
  }

  /**
   * Reads `text` up to `at`. `key` is what the text is known by.
   *
   * @param pause awaited between pieces
   * @returns null when the signal stopped it; marks on the way stay
   */
  async read(
    key: string,
    text: string,
    at: number,
    { signal, pause }: { readonly signal: AbortSignal; readonly pause: () => Promise<void> },
  ): Promise<ReadText | null> {
    const done = await this.#turns.take();
    try {
      const stretch = stretchAt(text, at);
      const track = this.#trackOf(key, stretch);
      return await this.#read(track, stretch.text, at - stretch.from, signal, pause);
    } finally {
      done();
    }
  }

  forget(key: string): void {
    this.#tracks.delete(key);
  }

  dispose(): void {
    this.#options.stepper.dispose();
  }

  async #read(
    track: Track,
    text: string,
    at: number,
    signal: AbortSignal,
    pause: () => Promise<void>,
  ): Promise<ReadText | null> {
    const { stepper, units } = this.#options;
    const { marks } = track;
    const start = marks.before(at);
    let from = start?.at ?? 0;
    let head = track.head?.from === from ? track.head : null;
    let begun = false;
    for (;;) {
      const next = this.#nextMark(text, from, at);
      const piece = this.#prepared(text, from, next ?? at);
      const healed = next === null ? heal(units, piece) : null;
      const tokens = opened(from, healed?.tokens ?? units.encode(piece));
      let read = 0;
      let logits: Float32Array | null = null;
      if (head && startsWith(tokens, head.tokens)) {
        stepper.restore(0, head.state);
        read = head.tokens.length;
        logits = head.logits;
      } else if (!begun) {
        if (start) stepper.restore(0, start.state);
        else stepper.reset(0);
      }
      begun = true;
      head = null;
      for (; read < tokens.length; read += CHUNK) {
        if (signal.aborted) return null;
        logits = stepper.read(0, tokens.slice(read, read + CHUNK));
        await pause();
      }
      if (signal.aborted) return null;
      const state = stepper.save(0);
      if (healed) {
        const last = Float32Array.from(logits ?? []);
        track.head = { from, tokens, state, logits: last };
        const { prompt, context } = this.#lookBack(text, marks, from, { piece, tokens });
        return { written: { ...healed, prompt }, reading: { logits: last, context }, state };
      }
      from = next!;
      this.#keep(marks, { at: from, state });
    }
  }

  #trackOf(key: string, { index, text }: Stretch): Track {
    const tracks = this.#tracks.get(key) ?? new Map<number, Track>();
    this.#tracks.set(key, tracks);
    const track = tracks.get(index) ?? { marks: new Marks(), head: null };
    tracks.delete(index);
    tracks.set(index, track);
    const [oldest] = tracks.keys();
    if (tracks.size > STRETCHES) tracks.delete(oldest!);
    track.marks.update(text);
    return track;
  }

  /** Where the next mark belongs, before `end`; null for nowhere. */
  #nextMark(text: string, from: number, end: number): number | null {
    for (let at = from + this.#spacing; at < end; at++) {
      const character = text.charAt(at);
      const stops = character === '\n' || (this.#anySpace && character === ' ' && at - from > LONG);
      if (stops && this.#visible.test(text.charAt(at - 1))) return at;
    }
    return null;
  }

  #prepared(text: string, from: number, to: number): string {
    const config = { ...this.#options.card.config.text, joinLines: false };
    return normalise(text.slice(from, to), config).text;
  }

  #keep(marks: Marks, mark: Mark): void {
    marks.add(mark);
    const most = (this.#options.budget ?? BUDGET) / mark.state.byteLength;
    const all = [...this.#tracks.values()].flatMap((tracks) => [...tracks.values()]);
    while (all.reduce((n, track) => n + track.marks.size, 0) > most) {
      this.#spacing *= 2;
      for (const { marks } of all) marks.thin(this.#spacing);
    }
  }

  /** As much of what stands before as decides about repeats and about where a text ends. */
  #lookBack(
    text: string,
    marks: Marks,
    from: number,
    { piece, tokens }: { readonly piece: string; readonly tokens: Int32Array },
  ): { prompt: string; context: Context } {
    const { units } = this.#options;
    let prompt = piece;
    let all = tokens;
    while (from > 0 && (all.length < REACH || prompt.length < LOOK_BACK)) {
      const to = from;
      from = marks.before(to)?.at ?? 0;
      const before = this.#prepared(text, from, to);
      prompt = before + prompt;
      all = joined(opened(from, units.encode(before)), all);
    }
    return { prompt, context: contextOf(units, all) };
  }
}
