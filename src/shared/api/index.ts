/** The whole boundary between the page and the host. Both ends and all validation are derived from `api`. */
import * as v from 'valibot';
import type { DeviceState } from '../devices.ts';
import type { Dropped } from '../formats.ts';
import { call, event, stream, type Client, type Emit, type Handlers } from '../rpc/index.ts';
import type { MenuCommand } from './commands.ts';
import { type CountStep, reportSchema, scopeSchema, type Disclosure } from './disclosure.ts';
import {
  editsSchema,
  MOST_UNDO,
  preferencesSchema,
  settlementSchema,
  type Library,
  type OpenDocument,
  type SaveState,
  type SearchHit,
} from './documents.ts';
import { exportSchema, type Exported, type ExportStage } from './exports.ts';
import { fitIn, marksSchema } from './marks.ts';
import {
  samplingSchema,
  turnSchema,
  type HistoryEntry,
  type SuggestionEnd,
  type SuggestionItem,
} from './sampling.ts';
import {
  keepBeforeSchema,
  snapshotId,
  snapshotName,
  type SnapshotSpace,
  type Snapshots,
  type SnapshotText,
} from './snapshots.ts';
import { sessionSchema, settingsChangeSchema, type Session, type Settings } from './settings.ts';
import type { Spelling } from './spelling.ts';
import {
  bytes,
  MOST_FILES,
  entryName,
  entryPath,
  libraryPath,
  MOST_TEXT,
  nothing,
  piecesSchema,
  text,
  voiceName,
  whole,
} from './values.ts';
import {
  choicesSchema,
  sourcesSchema,
  startTrainingSchema,
  type Source,
  type TrainingEstimate,
  type TrainingReport,
  type TrainingState,
  type VoiceDetails,
  type VoiceExportStage,
  type VoiceSummary,
} from './voices.ts';

export * from './commands.ts';
export * from './disclosure.ts';
export * from './documents.ts';
export * from './exports.ts';
export * from './marks.ts';
export * from './sampling.ts';
export * from './settings.ts';
export * from './snapshots.ts';
export type { Spelling } from './spelling.ts';
export { MOST_BYTES, MOST_FILES, MOST_PIECE, MOST_PIECES } from './values.ts';
export * from './voices.ts';

/** One engine process, for the status line. */
export type EngineState =
  | { readonly kind: 'starting' }
  /** `runsOn`: "CPU, AVX-512, 2 threads"; `notice` says why it is not a faster one. */
  | { readonly kind: 'ready'; readonly runsOn: string; readonly notice: string | null }
  /** A long piece of work, or it hangs. */
  | { readonly kind: 'silent'; readonly sentence: string }
  | { readonly kind: 'restarting'; readonly sentence: string }
  /** Too many crashes; it starts again when it is asked for something. */
  | { readonly kind: 'stopped'; readonly sentence: string };

export interface EngineStatus {
  readonly trainer: EngineState;
  readonly sampler: EngineState;
}

/** Documents that were made of files, and what the files had and the documents have not. */
export interface Imported {
  readonly paths: readonly string[];
  readonly dropped: readonly Dropped[];
}

/** How far an import is. Nothing is written before all is read. */
export interface ImportStep {
  readonly doing: 'reading' | 'writing';
  /** What is read, or written, of how many. */
  readonly done: number;
  readonly of: number;
  /** The name of the one that is next. */
  readonly name: string;
}

/** All that the page needs for its first picture. */
export interface Start {
  readonly version: string;
  readonly host: 'electron' | 'web';
  readonly platform: 'mac' | 'windows' | 'linux';
  readonly settings: Settings;
  readonly session: Session;
  readonly library: Library;
  readonly voices: readonly VoiceSummary[];
  readonly training: TrainingState | null;
  readonly engines: EngineStatus;
  /** Words written per day, newest last, of the last days: {"2026-11-25": 812}. */
  readonly written: Readonly<Record<string, number>>;
}

const path = v.strictObject({ path: entryPath });
const voice = v.strictObject({ voice: voiceName });
const snapshot = v.strictObject({ path: entryPath, id: snapshotId });

export const api = {
  start: call<Start>()(nothing),

  changeSettings: call<Settings>()(settingsChangeSchema),
  settingsChanged: event<Settings>(),
  /** What voices can be trained on here. Loads each device once, which may take seconds. */
  devices: call<readonly DeviceState[]>()(nothing),
  /** What comes of the settings of the spelling. */
  spelling: call<Spelling>()(nothing),
  saveSession: call<null>()(sessionSchema),

  /** Lets the writer choose another folder; null when they did not. */
  chooseLibrary: call<Library | null>()(nothing),
  /** The writer is back from elsewhere: the library and the open documents are looked at, as after a hint. */
  lookAgain: call<null>()(nothing),
  libraryChanged: event<Library>({ latest: true }),
  /** `name` without an ending gets ".md"; null: the next free "Untitled". Gives the path. */
  createDocument: call<string>()(
    v.strictObject({ folder: libraryPath, name: v.nullable(entryName) }),
  ),
  createFolder: call<string>()(v.strictObject({ folder: libraryPath, name: entryName })),
  /** Gives the new path. Open documents go with it: `documentMoved` says so. */
  renameEntry: call<string>()(v.strictObject({ path: entryPath, name: entryName })),
  moveEntry: call<string>()(v.strictObject({ path: entryPath, folder: libraryPath })),
  trashEntry: call<null>()(path),
  /** Shows it in the system's file manager. */
  revealEntry: call<null>()(path),
  /** Gives a name for files that were dropped in or chosen; `importFiles` or `dropImport` ends it. */
  beginImport: call<string>()(nothing),
  /**
   * The next pieces of files, the first of which is 0: large ones come in several and are never whole in memory,
   * small ones come together.
   */
  addToImport: call<null>()(v.strictObject({ batch: text(64), pieces: piecesSchema })),
  /** What came of it is not wanted any more. */
  dropImport: call<null>()(v.strictObject({ batch: text(64) })),
  /**
   * Makes documents of the files, which are named by their path where a whole folder was: text as it is,
   * manuscripts of other formats as Markdown. Cancelled while it reads, it makes nothing and gives null; later,
   * what it made by then stays and is told.
   */
  importFiles: stream<ImportStep, Imported | null>()(
    v.strictObject({
      batch: text(64),
      folder: libraryPath,
      names: v.pipe(v.array(text(4096)), v.maxLength(MOST_FILES)),
    }),
  ),
  /**
   * A book of a document or a folder, saved where the writer chooses; null where they chose no place, or
   * stopped it.
   */
  exportDocuments: stream<ExportStage, Exported | null>()(exportSchema),
  searchLibrary: stream<readonly SearchHit[], { readonly hits: number }>()(
    v.strictObject({
      query: v.pipe(text(1000), v.minLength(1)),
      matchCase: v.boolean(),
      wholeWord: v.boolean(),
    }),
  ),

  openDocument: call<OpenDocument>()(path),
  /** Saves first. */
  closeDocument: call<null>()(path),
  /**
   * `base` is the version the edits were made to; refused with `document.stale` when it is not the newest.
   * `keep`: the text is kept as it is before them.
   */
  editDocument: call<{ readonly version: number }>()(
    v.strictObject({
      path: entryPath,
      base: whole(0, 2 ** 50),
      edits: editsSchema,
      keep: v.optional(keepBeforeSchema),
    }),
  ),
  /** The whole text, where edits went astray. Without `marks`, what stays of it keeps its own. */
  replaceDocument: call<{ readonly version: number }>()(
    v.pipe(
      v.strictObject({
        path: entryPath,
        text: text(MOST_TEXT),
        marks: v.exactOptional(marksSchema),
      }),
      v.check(({ text, marks }) => fitIn(text.length, marks), 'marks outside of the text'),
    ),
  ),
  /** What could be undone at this version, for the next time; of another version it is left alone. */
  keepUndo: call<null>()(
    v.strictObject({ path: entryPath, version: whole(0, 2 ** 50), history: text(MOST_UNDO) }),
  ),
  /** At once; gives when it is on the disk. */
  saveDocument: call<null>()(path),
  /** Ends a conflict, or a recovery. */
  settleDocument: call<OpenDocument>()(
    v.strictObject({ path: entryPath, settlement: settlementSchema }),
  ),
  setPreferences: call<null>()(v.strictObject({ path: entryPath, preferences: preferencesSchema })),
  /** The file's text took the place of what was here: another program changed it, or the writer chose it. */
  documentReloaded: event<OpenDocument>(),
  documentMoved: event<{ readonly from: string; readonly to: string }>(),
  saveState: event<{ readonly path: string; readonly state: SaveState }>(),

  /** Of a document that is open. */
  snapshots: call<Snapshots>()(path),
  /** What is restored with `editDocument` was read before. */
  readSnapshot: call<SnapshotText>()(snapshot),
  /** Now; gives its id. With a name it stays until it is deleted. */
  takeSnapshot: call<string>()(v.strictObject({ path: entryPath, name: v.nullable(snapshotName) })),
  /** Null takes the name away. */
  nameSnapshot: call<null>()(
    v.strictObject({ path: entryPath, id: snapshotId, name: v.nullable(snapshotName) }),
  ),
  deleteSnapshot: call<null>()(snapshot),
  snapshotSpace: call<SnapshotSpace>()(nothing),
  snapshotsChanged: event<{ readonly path: string }>(),

  /** Words typed (never those accepted), for the goals; gives the sum of the day. */
  addWritten: call<number>()(
    v.strictObject({
      day: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/)),
      words: whole(-100_000, 100_000),
    }),
  ),

  /** Continues a document at an offset; the text before it is the context. Cancel stops the sampler. */
  continue: stream<SuggestionItem, SuggestionEnd>()(
    v.strictObject({
      path: entryPath,
      version: whole(0, 2 ** 50),
      at: whole(0, MOST_TEXT),
      voice: voiceName,
      sampling: samplingSchema,
    }),
  ),
  /** The caret rests here: the sampler reads ahead. */
  readAhead: call<null>()(
    v.strictObject({
      path: entryPath,
      version: whole(0, 2 ** 50),
      at: whole(0, MOST_TEXT),
      voice: voiceName,
    }),
  ),
  /** The writer types: training gives way for a moment. */
  typing: call<null>()(nothing),
  history: call<{ readonly entries: readonly HistoryEntry[]; readonly more: boolean }>()(
    v.strictObject({
      query: text(1000),
      /** Only of this document; null for all. */
      path: v.nullable(entryPath),
      /** Older than this entry; null for the newest. */
      before: v.nullable(text(64)),
      limit: whole(1, 200),
    }),
  ),
  /** Text of a suggestion that was taken into the document. */
  markAccepted: call<null>()(v.strictObject({ id: text(64), text: text(100_000) })),

  /** How much of a text, or of a folder, voices suggested; null where it was stopped. */
  disclosure: stream<CountStep, Disclosure | null>()(v.strictObject({ scope: scopeSchema })),
  /** Gives where it was saved, for people, or the path of the document; null when no place was chosen. */
  saveDisclosure: call<string | null>()(reportSchema),

  /** Talks with a voice: the next turn of the voice. */
  talk: stream<string, { readonly text: string; readonly seed: number }>()(
    v.strictObject({
      voice: voiceName,
      /** What stands before the turns: who speaks, and where. */
      scene: text(20_000),
      writerName: v.pipe(text(60), v.minLength(1)),
      voiceName: v.pipe(text(60), v.minLength(1)),
      turns: v.pipe(v.array(turnSchema), v.minLength(1), v.maxLength(500)),
      sampling: samplingSchema,
    }),
  ),

  voicesChanged: event<readonly VoiceSummary[]>(),
  voiceDetails: call<VoiceDetails>()(voice),
  renameVoice: call<null>()(v.strictObject({ voice: voiceName, name: entryName })),
  duplicateVoice: call<string>()(voice),
  trashVoice: call<null>()(voice),
  /** Gives where it was saved, for people; null when the writer did not choose a place, or stopped it. */
  exportVoice: stream<VoiceExportStage, string | null>()(voice),
  /** Gives its name; null when the writer stopped it. */
  importVoice: stream<never, string | null>()(v.strictObject({ name: text(255), bytes })),

  /** Keeps a dropped file for training: until the program ends, or as long as a training of it can be resumed. */
  addTrainingText: call<Source>()(v.strictObject({ name: text(255), bytes })),
  inspectSources: call<TrainingReport>()(
    v.strictObject({ sources: sourcesSchema, choices: choicesSchema }),
  ),
  estimateTraining: call<TrainingEstimate>()(
    v.strictObject({ sources: sourcesSchema, choices: choicesSchema }),
  ),
  startTraining: call<null>()(startTrainingSchema),
  /** Finishes the step, saves, and can be resumed. */
  pauseTraining: call<null>()(nothing),
  /** Finishes the step and keeps the best so far for good. */
  stopTraining: call<null>()(nothing),
  resumeTraining: call<null>()(voice),
  trainingChanged: event<TrainingState | null>({ latest: true }),

  /** Chosen in the native menu, which only Electron has. */
  command: event<MenuCommand>(),

  enginesChanged: event<EngineStatus>(),
  /** Something the writer should know that belongs to no call. */
  notice: event<{ readonly sentence: string; readonly tone: 'quiet' | 'warning' }>(),
} as const;

export type Api = typeof api;
export type ApiClient = Client<Api>;
export type ApiHandlers = Handlers<Api>;
export type ApiEmit = Emit<Api>;
