import {
  defaultChoices,
  type ApiClient,
  type Entry,
  type FolderEntry,
  type Settings,
  type Source,
  type TrainingEstimate,
  type TrainingReport,
} from '../../shared/api/index.ts';
import type { PresetName } from '../../shared/config.ts';
import { toBase64 } from './base64.ts';
import { Newest } from './newest.svelte.ts';
import { checkForm, emptyForm, type Form } from './training-choices.ts';
import { librarySources, nameFor, toggled } from './training-sources.ts';
import type { TrainingRequest } from './training.svelte.ts';

export interface Dropped {
  readonly name: string;
  readonly source: Source;
}

type Question = Omit<TrainingRequest, 'name'>;

/** A voice that is to be: what it will learn from, and how. */
export class TrainingDraft {
  name = $state('');
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  dropped = $state.raw<readonly Dropped[]>([]);
  sample = $state(false);
  form = $state.raw<Form>(emptyForm);
  /** Files that are being taken in. */
  adding = $state(0);
  problems = $state.raw<readonly string[]>([]);
  readonly report: Newest<Question, TrainingReport>;
  readonly estimate: Newest<Question, TrainingEstimate>;
  readonly auto = $derived.by((): PresetName => this.report.state.value?.preset ?? 'small');
  readonly checked = $derived(checkForm(this.form, this.auto));
  readonly #client: ApiClient;
  readonly #library: () => FolderEntry;
  /** The name that was put there for the writer, who has not written one. */
  #suggested = '';

  /**
   * @param library the library as it is now
   * @param settings what decides on the time a training takes; changes are heard of
   * @param pause milliseconds of rest before the pages are read and this computer is measured
   */
  constructor(
    client: ApiClient,
    library: () => FolderEntry,
    settings: Pick<Settings, 'device' | 'threads'>,
    pause = 350,
  ) {
    this.#client = client;
    this.#library = library;
    this.report = new Newest((question) => client.call.inspectSources(question), pause);
    this.estimate = new Newest((question) => client.call.estimateTraining(question), 2 * pause);
    let { device, threads } = settings;
    client.on.settingsChanged((now) => {
      if (now.device === device && now.threads === threads) return;
      ({ device, threads } = now);
      if (this.estimate.state.value || this.estimate.state.problem !== null) this.#changed();
    });
  }

  get sources(): readonly Source[] {
    return [
      ...librarySources(this.#library(), this.chosen),
      ...this.dropped.map(({ source }) => source),
      ...(this.sample ? [{ kind: 'sample' } as const] : []),
    ];
  }

  toggle(entry: Entry): void {
    this.chosen = toggled(entry, this.chosen);
    this.#changed();
  }

  setSample(on: boolean): void {
    this.sample = on;
    this.#changed();
  }

  change(part: Partial<Form>): void {
    this.form = { ...this.form, ...part };
    this.#changed();
  }

  async drop(files: readonly Pick<File, 'name' | 'arrayBuffer'>[]): Promise<void> {
    this.problems = [];
    this.adding += files.length;
    for (const file of files) {
      try {
        const bytes = toBase64(new Uint8Array(await file.arrayBuffer()));
        const result = await this.#client.call.addTrainingText({ name: file.name, bytes });
        if (result.ok) this.dropped = [...this.dropped, { name: file.name, source: result.value }];
        else this.problems = [...this.problems, result.error.sentence];
      } catch {
        // The browser could not read it: a folder, or gone.
        this.problems = [...this.problems, `${file.name} could not be read; choose it again.`];
      } finally {
        this.adding--;
      }
    }
    this.#changed();
  }

  removeDropped(dropped: Dropped): void {
    this.dropped = this.dropped.filter((other) => other !== dropped);
    this.#changed();
  }

  /** What starts the training; null where something is missing or wrong. */
  request(): TrainingRequest | null {
    const { choices } = this.checked;
    const { sources } = this;
    const name = this.name.trim();
    return choices && sources.length > 0 && name !== ''
      ? { name, sources: [...sources], choices }
      : null;
  }

  /** For the next voice; the way it was trained stays as it was set. */
  reset(): void {
    this.name = '';
    this.chosen = new Set();
    this.dropped = [];
    this.sample = false;
    this.problems = [];
    this.report.clear();
    this.estimate.clear();
  }

  #changed(): void {
    const sources = [...this.sources];
    if (this.name.trim() === '' || this.name === this.#suggested) {
      this.name = this.#suggested =
        nameFor(this.#library(), this.chosen) ?? this.dropped[0]?.name.replace(/\.\w+$/, '') ?? '';
    }
    if (sources.length === 0) {
      this.report.clear();
      this.estimate.clear();
      return;
    }
    const { choices } = this.checked;
    // Pages can be read while a number is half typed; the time cannot be told.
    this.report.ask({ sources, choices: choices ?? defaultChoices });
    if (choices) this.estimate.ask({ sources, choices });
    else this.estimate.clear();
  }
}
