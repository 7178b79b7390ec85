import { basename, resolve } from 'node:path';
import { isUserError } from '../../shared/errors.ts';
import type { Sample, TrainingEvent } from '../../shared/events.ts';
import { withSample } from '../../shared/samples.ts';
import type { Backend } from '../backends/backend.ts';
import { saveCheckpoint } from '../files/checkpoints.ts';
import { saveSamples } from '../files/samples-file.ts';
import { saveVoice } from '../files/voice-folder.ts';
import type { Corpus } from '../lm/text/index.ts';
import { packLexicon } from '../lm/text/lexicon.ts';
import type { Best, Measured, Snapshot } from '../lm/training/index.ts';
import { FORMAT, KIND, type VoiceCard } from '../lm/voice/card.ts';
import type { Equipment } from './devices/index.ts';
import { samplePrompt, writeSamples } from './samples.ts';
import { toCheckpoint, type Origin } from './snapshots.ts';
import type { SourceFile } from './sources.ts';
import { appVersion, type System } from './system.ts';

/** How a training job is watched and stopped. */
export interface TrainJob {
  readonly signal: AbortSignal;
  readonly event: (event: TrainingEvent) => void;
  readonly system?: System;
  /** The devices there are; without it, those of this computer, which are then not compared. */
  readonly equipment?: Equipment;
}

/** Shortest time between two saves, in milliseconds: tiny epochs would spend it all on the disk. */
const SAVE_EVERY = 5000;
/** Share of the time that saving and samples may take: large voices and slow disks are saved more seldom. */
const SHARE = 0.03;

export interface Kept {
  readonly out: string;
  readonly origin: Origin;
  readonly corpus: Corpus;
  readonly files: readonly SourceFile[];
  readonly measured: Measured;
  /** Of earlier sittings, oldest first. */
  readonly samples: readonly Sample[];
  readonly backend: Backend;
  readonly system: System;
  readonly job: TrainJob;
}

/** Writes the voice and the checkpoints of one run, and lets the voice speak after each improvement. */
export class Keeper {
  readonly #kept: Kept;
  readonly #prompt: string;
  #samples: readonly Sample[];
  /** Nothing but the end is kept before this, in milliseconds. */
  #due = -Infinity;
  /** Step of the weights that the voice on disk has, if this sitting wrote it. */
  #voiceStep: number | null = null;

  constructor(kept: Kept) {
    this.#kept = kept;
    this.#samples = kept.samples;
    this.#prompt = samplePrompt(kept.corpus.units, kept.corpus.heldBack);
  }

  async keep(snapshot: Snapshot, last: boolean): Promise<void> {
    const { system } = this.#kept;
    const began = system.now();
    if (!last && began < this.#due) return;
    await this.#save(snapshot);
    const ended = system.now();
    this.#due = ended + Math.max(SAVE_EVERY, (ended - began) / SHARE);
  }

  async #save(snapshot: Snapshot): Promise<void> {
    const { out, origin, job } = this.#kept;
    job.event({ kind: 'stage', stage: 'saving' });
    const { best, progress } = snapshot;
    // Before the first evaluation there is no best: better what it has learnt so far than nothing.
    const { step, seconds, weights } = best ?? { ...progress, weights: snapshot.weights };
    const improved = step !== this.#voiceStep;
    // This order: a voice that was not trained to its end always has a checkpoint beside it.
    await saveCheckpoint(out, toCheckpoint(snapshot, origin));
    if (improved) await saveVoice(out, this.#card(best, step, seconds), weights);
    this.#voiceStep = step;
    if (best && improved && !job.signal.aborted) await this.#speak(best);
  }

  async #speak({ weights, step }: Best): Promise<void> {
    const { backend, origin, corpus, job } = this.#kept;
    const stepper = backend.createStepper(origin.config.network, weights, {
      streams: 1,
      precision: 'float32',
    });
    try {
      const { seed } = origin.config.training;
      const { units, lexicon } = corpus;
      await writeSamples(stepper, units, {
        ...{ ...job, prompt: this.#prompt, lexicon, seed, step },
        written: (sample) => {
          this.#samples = withSample(this.#samples, sample);
          job.event({ kind: 'sample', ...sample });
        },
      });
    } finally {
      stepper.dispose();
    }
    await this.#keepSamples();
  }

  /** They are there to be looked at: no training ends because they cannot be kept. */
  async #keepSamples(): Promise<void> {
    const { out, job } = this.#kept;
    try {
      await saveSamples(out, this.#samples);
    } catch (error) {
      if (!isUserError(error)) throw error;
      job.event({ kind: 'notice', text: error.message });
    }
  }

  #card(best: Snapshot['best'], steps: number, seconds: number): VoiceCard {
    const { out, origin, corpus, files, measured } = this.#kept;
    const characters = Math.round(steps * measured.charactersPerSecond * measured.stepSeconds);
    return {
      kind: KIND,
      format: FORMAT,
      name:
        basename(resolve(out))
          .replace(/\.voice$/, '')
          .slice(0, 200) || 'voice',
      appVersion: appVersion(),
      config: origin.config,
      units: corpus.units.toJSON(),
      trainedOn: files.map(({ name, sha256 }, i) => ({
        name,
        sha256,
        words: corpus.report.documents[i]?.words ?? 0,
        characters: corpus.report.documents[i]?.characters ?? 0,
      })),
      metrics: {
        heldBackNats: best?.heldBackLoss ?? null,
        bitsPerCharacter: best?.bitsPerCharacter ?? null,
        temperature: best?.temperature ?? 1,
        steps,
        seconds,
        epochs: characters / corpus.train.characters,
        characters,
      },
      ...(corpus.lexicon && { lexicon: packLexicon(corpus.lexicon) }),
      prompt: this.#prompt,
    };
  }
}
