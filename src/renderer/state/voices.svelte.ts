import type {
  ApiClient,
  Start,
  VoiceDetails,
  VoiceExportStage,
  VoiceSummary,
} from '../../shared/api/index.ts';
import { success, type Result } from '../../shared/result.ts';
import { toEnd, type Disposer } from '../../shared/rpc/index.ts';
import { toBase64 } from './base64.ts';
import { chooseVoice } from './import-files.ts';
import type { UnderWay } from './under-way.svelte.ts';

/** A sentence beside a voice, or above all where `voice` is null. */
export interface Remark {
  readonly voice: string | null;
  readonly tone: 'quiet' | 'problem';
  readonly sentence: string;
}

/** The voices, as the host last told them, and what is done with them. */
export class Voices {
  list = $state.raw<readonly VoiceSummary[]>([]);
  remark = $state.raw<Remark | null>(null);
  /** The voice something is being done with; null for none. */
  busy = $state.raw<string | null>(null);
  /** The card that is open. */
  details = $state.raw<VoiceDetails | null>(null);
  importing = $state(false);
  readonly #client: ApiClient;
  readonly #underWay: UnderWay;
  readonly #disposers: readonly Disposer[];

  constructor(client: ApiClient, start: Pick<Start, 'voices'>, underWay: UnderWay) {
    this.#client = client;
    this.#underWay = underWay;
    this.list = start.voices;
    this.#disposers = [
      client.on.voicesChanged((voices) => {
        this.list = voices;
        const open = this.details?.name;
        if (open !== undefined && !voices.some(({ name }) => name === open)) this.details = null;
      }),
    ];
  }

  find(name: string | null): VoiceSummary | null {
    return this.list.find((voice) => voice.name === name) ?? null;
  }

  /** Those that can be used, newest first. */
  get usable(): readonly VoiceSummary[] {
    return this.list.filter(({ damaged }) => damaged === null);
  }

  async showDetails(voice: string): Promise<void> {
    const result = await this.#doing(voice, this.#client.call.voiceDetails({ voice }));
    if (result.ok) this.details = result.value;
  }

  hideDetails(): void {
    this.details = null;
  }

  /** Gives whether it has the name now. */
  async rename(voice: string, typed: string): Promise<boolean> {
    const name = typed.trim();
    if (name === voice) return true;
    const problem = this.nameProblem(name);
    if (problem !== null) {
      this.#say(voice, 'problem', problem);
      return false;
    }
    const result = await this.#doing(voice, this.#client.call.renameVoice({ voice, name }));
    if (result.ok && this.details?.name === voice) this.details = { ...this.details, name };
    return result.ok;
  }

  async duplicate(voice: string): Promise<void> {
    const result = await this.#doing(voice, this.#client.call.duplicateVoice({ voice }));
    if (result.ok) this.#say(result.value, 'quiet', `A copy of ${voice}.`);
  }

  async trash(voice: string): Promise<void> {
    const result = await this.#doing(voice, this.#client.call.trashVoice({ voice }));
    if (result.ok) this.#say(null, 'quiet', `${voice} is in the trash.`);
  }

  async export(voice: string): Promise<void> {
    const sentences = { choosing: `Choose where to save ${voice}.`, saving: `Saving ${voice} …` };
    const exported = this.#underWay.run(sentences.choosing, (tell, signal) => {
      const { exportVoice } = this.#client.stream;
      const stage = (stage: VoiceExportStage): void =>
        tell({ sentence: sentences[stage], share: null });
      return toEnd(exportVoice, { voice }, stage, signal);
    });
    const result = await this.#doing(
      voice,
      exported.then((ended) => ended ?? success(null)),
    );
    if (result.ok && result.value !== null) {
      this.#say(voice, 'quiet', `Saved as ${result.value}.`);
    }
  }

  async import(file: Pick<File, 'name' | 'arrayBuffer'>): Promise<void> {
    this.importing = true;
    this.remark = null;
    try {
      const result = await this.#underWay.run(`Importing ${file.name} …`, async (_, signal) => {
        const contents = await file.arrayBuffer();
        signal.throwIfAborted();
        const bytes = toBase64(new Uint8Array(contents));
        const request = { name: file.name, bytes };
        return toEnd(this.#client.stream.importVoice, request, () => undefined, signal);
      });
      if (result === null) return;
      if (!result.ok) this.#say(null, 'problem', result.error.sentence);
      else if (result.value !== null) {
        this.#say(result.value, 'quiet', `${result.value} was imported.`);
      }
    } catch {
      // The browser could not read it: it is gone, or not a file.
      this.#say(null, 'problem', `${file.name} could not be read; choose it again.`);
    } finally {
      this.importing = false;
    }
  }

  /** Lets the writer choose one to import. */
  chooseFile(): void {
    chooseVoice((file) => void this.import(file));
  }

  /** What is wrong with a name for a voice, as a sentence; null where nothing is. */
  nameProblem(name: string): string | null {
    if (name.trim() === '') return 'Give the voice a name.';
    if (/[\0-\x1f\x7f\\/:]/.test(name)) return 'A name has no slashes, colons or line breaks.';
    if (name.length > 120) return 'Choose a name of at most 120 characters.';
    const same = this.list.find((voice) => voice.name.toLowerCase() === name.trim().toLowerCase());
    return same ? `There is a voice named ${same.name} already; choose another name.` : null;
  }

  dispose(): void {
    for (const dispose of this.#disposers) dispose();
  }

  async #doing<T>(voice: string, result: Promise<Result<T>>): Promise<Result<T>> {
    this.busy = voice;
    this.remark = null;
    const settled = await result;
    if (this.busy === voice) this.busy = null;
    if (!settled.ok) this.#say(voice, 'problem', settled.error.sentence);
    return settled;
  }

  #say(voice: string | null, tone: Remark['tone'], sentence: string): void {
    this.remark = { voice, tone, sentence };
  }
}
