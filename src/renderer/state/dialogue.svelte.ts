import * as v from 'valibot';
import {
  defaultSampling,
  type ApiClient,
  type Sampling,
  type Turn,
} from '../../shared/api/index.ts';
import type { Disposer } from '../../shared/rpc/index.ts';
import type { Written } from '../editor/types.ts';
import { passageOf } from './suggestions.svelte.ts';

/** A turn of the script. What a voice said has tries; the writer's own words have one. */
export interface Line {
  readonly id: number;
  readonly speaker: Turn['speaker'];
  readonly tries: readonly string[];
  /** Which of them counts. */
  readonly shown: number;
}

export const textOf = (line: Line): string => line.tries[line.shown] ?? '';

/** Keeps the dialogue over a reload of the page. */
export interface Keep {
  read(): string | null;
  write(text: string): void;
}

const keptSchema = v.object({
  voice: v.nullable(v.string()),
  writerName: v.string(),
  voiceName: v.string(),
  scene: v.string(),
  creativity: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  lines: v.array(
    v.object({
      speaker: v.picklist(['writer', 'voice']),
      tries: v.pipe(v.array(v.string()), v.minLength(1)),
      shown: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    }),
  ),
});

/** Bounds of the boundary. */
const MOST_TURNS = 500;
const MOST_NAME = 60;

/** The writer talks with a voice, turn by turn, as in a script. */
export class Dialogue {
  voice = $state<string | null>(null);
  writerName = $state('');
  /** Empty: the voice's own. */
  voiceName = $state('');
  scene = $state('');
  creativity = $state(defaultSampling.creativity);
  /** What the writer is about to say. */
  draft = $state('');
  lines = $state.raw<readonly Line[]>([]);
  /** What streams in, as far as it came; null while nobody speaks. */
  speaking = $state.raw<{ readonly line: number | null; readonly text: string } | null>(null);
  problem = $state.raw<string | null>(null);
  /** For a polite live region: a turn that is complete, once. */
  spoken = $state('');
  readonly #client: ApiClient;
  readonly #keep: Keep | null;
  #cancel: Disposer | null = null;
  /** Counts the streams: items of an older one are dropped. */
  #stream = 0;
  #nextId = 0;

  constructor(client: ApiClient, keep: Keep | null = null) {
    this.#client = client;
    this.#keep = keep;
    this.#restore();
  }

  /** Says the draft; the voice answers. */
  say(): void {
    const text = this.draft.trim();
    if (text === '' || this.speaking) return;
    this.lines = [...this.lines, this.#line('writer', text)];
    this.draft = '';
    this.#ask(null);
  }

  /** Another try of the last thing the voice said, or the answer that did not come. What was stays. */
  again(): void {
    const last = this.lines.at(-1);
    if (!last || this.speaking) return;
    this.#ask(last.speaker === 'voice' ? last.id : null);
  }

  /** Stops the sampler at once; what came so far stays. */
  stop(): void {
    this.#cancel?.();
    this.#finish(null);
  }

  /** Shows another try of a line; wraps. */
  turnTo(id: number, offset: number): void {
    this.#replace(id, (line) => ({
      ...line,
      shown: (line.shown + offset + line.tries.length) % line.tries.length,
    }));
  }

  /** Takes back the last turn; the writer's own words return to the draft. */
  takeBack(): void {
    const last = this.lines.at(-1);
    if (!last || this.speaking) return;
    this.lines = this.lines.slice(0, -1);
    if (last.speaker === 'writer' && this.draft.trim() === '') this.draft = textOf(last);
    this.problem = null;
    this.#save();
  }

  clear(): void {
    this.stop();
    this.lines = [];
    this.problem = null;
    this.#save();
  }

  nameOf(speaker: Turn['speaker']): string {
    const name = (speaker === 'writer' ? this.writerName : this.voiceName)
      .trim()
      .slice(0, MOST_NAME);
    if (name !== '') return name;
    return speaker === 'writer' ? 'You' : (this.voice ?? 'Voice').slice(0, MOST_NAME);
  }

  /** One turn as it goes into the document. */
  turnText(line: Line): string {
    return textOf(line).trim();
  }

  /** The same, and whose it is. */
  written(line: Line): Written {
    const { voice, creativity } = this;
    const isVoice = line.speaker === 'voice' && voice !== null;
    return {
      text: this.turnText(line),
      passage: isVoice ? passageOf(voice, creativity, null) : null,
    };
  }

  /** The whole exchange, one paragraph a turn: "Anna: Good evening." */
  exchange(): readonly Written[] {
    return this.lines.flatMap((line, index) => [
      { text: `${index > 0 ? '\n\n' : ''}${this.nameOf(line.speaker)}: `, passage: null },
      this.written(line),
    ]);
  }

  exchangeText(): string {
    return this.exchange()
      .map(({ text }) => text)
      .join('');
  }

  /** To be called when names, scene, voice or creativity were changed. */
  changed(): void {
    this.#save();
  }

  dispose(): void {
    this.stop();
  }

  #ask(replaces: number | null): void {
    if (this.voice === null) {
      this.problem = 'Choose a voice to talk with.';
      return;
    }
    const before = replaces === null ? this.lines : this.lines.slice(0, -1);
    const turns = before
      .slice(-MOST_TURNS)
      .map((line): Turn => ({ speaker: line.speaker, text: textOf(line) }));
    if (turns.length === 0) return;
    const stream = ++this.#stream;
    this.problem = null;
    this.speaking = { line: replaces, text: '' };
    const sampling: Sampling = { ...defaultSampling, creativity: this.creativity, alternatives: 1 };
    this.#cancel = this.#client.stream.talk(
      {
        voice: this.voice,
        scene: this.scene,
        writerName: this.nameOf('writer'),
        voiceName: this.nameOf('voice'),
        turns,
        sampling,
      },
      {
        item: (text) => {
          if (stream !== this.#stream || !this.speaking) return;
          this.speaking = { ...this.speaking, text: this.speaking.text + text };
        },
        end: (result) => {
          if (stream !== this.#stream) return;
          if (result.ok && this.speaking)
            this.speaking = { ...this.speaking, text: result.value.text };
          this.#finish(
            result.ok ? `${this.nameOf('voice')} said nothing; try again.` : result.error.sentence,
          );
          if (!result.ok) this.problem = result.error.sentence;
        },
      },
    );
    this.#save();
  }

  /**
   * The end of a turn, whoever ended it: what came becomes a line, or another try of one.
   *
   * @param silence what to say where nothing came
   */
  #finish(silence: string | null): void {
    const ended = this.speaking;
    this.#stream++;
    this.#cancel = null;
    this.speaking = null;
    if (!ended) return;
    const text = ended.text.trim();
    if (text === '') {
      this.problem = silence;
      return;
    }
    if (ended.line === null) this.lines = [...this.lines, this.#line('voice', text)];
    else {
      this.#replace(ended.line, (line) => ({
        ...line,
        tries: [...line.tries, text],
        shown: line.tries.length,
      }));
    }
    this.spoken = `${this.nameOf('voice')}: ${text}`;
    this.#save();
  }

  #line(speaker: Turn['speaker'], text: string): Line {
    return { id: this.#nextId++, speaker, tries: [text], shown: 0 };
  }

  #replace(id: number, change: (line: Line) => Line): void {
    this.lines = this.lines.map((line) => (line.id === id ? change(line) : line));
    this.#save();
  }

  #save(): void {
    const { voice, writerName, voiceName, scene, creativity, lines } = this;
    this.#keep?.write(
      JSON.stringify({
        voice,
        writerName,
        voiceName,
        scene,
        creativity,
        lines: lines.map(({ speaker, tries, shown }) => ({ speaker, tries, shown })),
      }),
    );
  }

  /** Nothing is lost where what was kept is not ours: it is left where it is until the next change. */
  #restore(): void {
    const text = this.#keep?.read();
    if (text === null || text === undefined) return;
    const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), keptSchema), text);
    if (!kept.success) return;
    const { lines, ...rest } = kept.output;
    Object.assign(this, rest);
    this.lines = lines.map((line) => ({
      ...line,
      id: this.#nextId++,
      shown: Math.min(line.shown, line.tries.length - 1),
    }));
  }
}
