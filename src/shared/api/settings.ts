import * as v from 'valibot';
import { deviceChoices } from '../devices.ts';
import { bookChoicesSchema, defaultBookChoices } from './exports.ts';
import { real, text, whole } from './values.ts';

/** Everything a writer sets for all documents. */
export const settingsSchema = v.strictObject({
  theme: v.picklist(['system', 'light', 'dark', 'contrast']),
  font: v.picklist(['literata', 'source-serif', 'duo']),
  /** CSS pixels. */
  fontSize: whole(12, 40),
  lineHeight: real(1.2, 2.4),
  /** Characters in a line. */
  measure: whole(40, 100),
  focus: v.picklist(['off', 'sentence', 'paragraph']),
  typewriter: v.boolean(),
  /** Text that a voice suggested is told from the writer's own. */
  showSuggested: v.boolean(),
  smartPunctuation: v.boolean(),
  spellcheck: v.boolean(),
  /** BCP 47, or "" for the system's. */
  language: text(35),
  ghost: v.picklist(['muted', 'strong']),
  autoSuggest: v.boolean(),
  /** Milliseconds of a pause before a suggestion comes by itself. */
  autoSuggestDelay: whole(300, 10_000),
  /** Milliseconds of a pause before a document is saved. */
  autosaveDelay: whole(200, 1000),
  /** Keys by command, in CodeMirror's notation ("Mod-Enter"); what is not here has its default. */
  keys: v.record(text(64), text(64)),
  /** What voices are trained on. */
  device: v.picklist(deviceChoices),
  /** 0: all. */
  threads: whole(0, 256),
  /** Most memory that training may take, in MB; 0 for no limit. */
  memoryLimit: whole(0, 1_000_000),
  /** What all snapshots together may take, in MB. */
  snapshotLimit: whole(1, 1_000_000),
  /** Words a day, or 0. */
  dailyGoal: whole(0, 100_000),
  /** Words from the start of the app to its end, or 0. */
  sessionGoal: whole(0, 100_000),
  /** Words that all of a library is to have, by its place as it is shown; one without a goal is not here. */
  libraryGoals: v.record(text(4096), whole(1, 10_000_000)),
  /** How the last book was made. */
  book: bookChoicesSchema,
  /** The welcome was seen. */
  welcomed: v.boolean(),
});
export type Settings = v.InferOutput<typeof settingsSchema>;

export const defaultSettings: Settings = {
  theme: 'system',
  font: 'literata',
  fontSize: 19,
  lineHeight: 1.6,
  measure: 66,
  focus: 'off',
  typewriter: false,
  showSuggested: false,
  smartPunctuation: true,
  spellcheck: true,
  language: '',
  ghost: 'muted',
  autoSuggest: false,
  autoSuggestDelay: 1200,
  autosaveDelay: 600,
  keys: {},
  device: 'auto',
  threads: 0,
  memoryLimit: 0,
  snapshotLimit: 500,
  dailyGoal: 0,
  sessionGoal: 0,
  libraryGoals: {},
  book: defaultBookChoices,
  welcomed: false,
};

export const settingsChangeSchema = v.partial(settingsSchema);
export type SettingsChange = v.InferOutput<typeof settingsChangeSchema>;

/** What was open, for the next start. */
export const sessionSchema = v.strictObject({
  open: v.pipe(v.array(text(4096)), v.maxLength(200)),
  active: v.nullable(text(4096)),
  sidebar: v.boolean(),
  /** Which panel stands on the right. */
  panel: v.picklist(['none', 'voices', 'history', 'snapshots', 'dialogue']),
});
export type Session = v.InferOutput<typeof sessionSchema>;
export const defaultSession: Session = { open: [], active: null, sidebar: true, panel: 'none' };
