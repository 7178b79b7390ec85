import type { Backend } from '../../backends/backend.ts';
import { loadVoice, type LoadedVoice } from '../../files/voice-folder.ts';
import type { Stepper } from '../../lm/nn/stepper.ts';
import { Reader } from './reader.ts';
import { Turns } from './turns.ts';

/** Most alternatives side by side. */
export const STREAMS = 8;
/** Voices that are kept. */
const KEPT = 2;

/** A voice that is ready to read and to write. */
export class WarmVoice {
  readonly card: LoadedVoice['card'];
  readonly units: LoadedVoice['units'];
  readonly lexicon: LoadedVoice['lexicon'];
  readonly weights: LoadedVoice['weights'];
  readonly reader: Reader;
  /** `STREAMS` streams; for one writer at a time. */
  readonly writer: Stepper;
  readonly writers = new Turns();
  #users = 0;
  #retired = false;

  constructor({ card, units, lexicon, weights }: LoadedVoice, backend: Backend) {
    this.card = card;
    this.units = units;
    this.lexicon = lexicon;
    this.weights = weights;
    const create = (streams: number): Stepper =>
      backend.createStepper(card.config.network, weights, { streams, precision: 'float32' });
    this.reader = new Reader({ card, units, stepper: create(1) });
    this.writer = create(STREAMS);
  }

  /** Keeps it until the returned function is called. */
  use(): () => void {
    this.#users++;
    return () => {
      this.#users--;
      this.#dispose();
    };
  }

  /** Gives its memory back as soon as nobody uses it. */
  retire(): void {
    this.#retired = true;
    this.#dispose();
  }

  #dispose(): void {
    if (!this.#retired || this.#users > 0) return;
    this.reader.dispose();
    this.writer.dispose();
  }
}

/** The voices used last, loaded once. */
export class Voices {
  readonly #backend: () => Promise<Backend>;
  /** The one used last is the last. */
  readonly #warm = new Map<string, Promise<WarmVoice>>();

  constructor(backend: () => Promise<Backend>) {
    this.#backend = backend;
  }

  /**
   * Does something with a voice.
   *
   * @throws UserError as `loadVoice`
   */
  async use<T>(folder: string, work: (voice: WarmVoice) => Promise<T>): Promise<T> {
    const lease = await this.lease(folder);
    try {
      return await work(lease.voice);
    } finally {
      lease.release();
    }
  }

  /** A voice that stays until it is released. Throws UserError as `loadVoice`. */
  async lease(folder: string): Promise<{ voice: WarmVoice; release: () => void }> {
    for (;;) {
      const warm = this.#get(folder);
      const voice = await warm;
      // While it was being loaded it may have been forgotten.
      if (this.#warm.get(folder) === warm) return { voice, release: voice.use() };
    }
  }

  forget(folder: string): void {
    const warm = this.#warm.get(folder);
    this.#warm.delete(folder);
    if (warm) retire(warm);
  }

  forgetText(key: string): void {
    for (const warm of this.#warm.values()) {
      warm.then(
        ({ reader }) => reader.forget(key),
        () => undefined,
      );
    }
  }

  #get(folder: string): Promise<WarmVoice> {
    const warm = this.#warm.get(folder) ?? this.#load(folder);
    this.#warm.delete(folder);
    this.#warm.set(folder, warm);
    for (const [name, oldest] of this.#warm) {
      if (this.#warm.size <= KEPT) break;
      this.#warm.delete(name);
      retire(oldest);
    }
    return warm;
  }

  #load(folder: string): Promise<WarmVoice> {
    const load = async (): Promise<WarmVoice> =>
      new WarmVoice(await loadVoice(folder), await this.#backend());
    const warm = load();
    // One that fails is tried again by the next who asks.
    warm.catch(() => {
      if (this.#warm.get(folder) === warm) this.#warm.delete(folder);
    });
    return warm;
  }
}

/** Whoever waits for a voice that cannot be loaded hears of it; here there is then nothing to do. */
const retire = (warm: Promise<WarmVoice>): void => {
  warm.then(
    (voice) => voice.retire(),
    () => undefined,
  );
};
