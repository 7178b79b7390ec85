/** What the host is given by the shell it runs in, and what its parts know of each other. */
import type { Edit, Settings, Spelling } from '../../shared/api/index.ts';
import type { Disposer, Port } from '../../shared/rpc/index.ts';

/** What only the shell can do: Electron's dialogs and trash, or what stands for them in the web host. */
export interface Platform {
  readonly kind: 'electron' | 'web';
  /** Lets the writer choose a folder; null when they did not. */
  chooseFolder(current: string): Promise<string | null>;
  /** The folder of the library that `saveAs` may give: what lies there is no manuscript. Null where there is none. */
  readonly exportsFolder: string | null;
  /** Lets the writer choose where to save; null when they did not. */
  saveAs(suggestedName: string): Promise<string | null>;
  trash(path: string): Promise<void>;
  reveal(path: string): Promise<void>;
  /** What comes of the settings. */
  spelling(settings: Pick<Settings, 'spellcheck' | 'language'>): Spelling;
  /**
   * Hears which words are spelled right in the library that is open, beside those of its language: all of
   * them, whenever they are others. Null where a library cannot have words of its own.
   */
  readonly spellAlso: ((words: readonly string[]) => void) | null;
  /**
   * Prints a page that needs nothing else, as its style says, without running or loading anything of it.
   *
   * @throws UserError `unsupported` where nothing can print, `engine.failed`; the signal's reason when it is aborted
   */
  printPdf(html: string, signal: AbortSignal): Promise<Uint8Array>;
}

/** Two that live as long as the app, one that is started for each book, and one for each try of a device. */
export type EngineRole = 'trainer' | 'sampler' | 'exporter' | 'gauge';

/** A running engine process, whatever started it. */
export interface EngineProcess {
  readonly port: Port;
  readonly pid: number | undefined;
  /** At once, without a farewell. */
  kill(): void;
  /** Exit code, or null where a signal ended it. Called once. */
  exited(listener: (code: number | null) => void): void;
}

export type LaunchEngine = (role: EngineRole) => EngineProcess;

export interface HostOptions {
  readonly version: string;
  readonly platform: Platform;
  readonly launch: LaunchEngine;
  /** Settings, session, history, journals, voices: Understudy's own folder. */
  readonly dataFolder: string;
  /** Where the library is as long as the writer chose no other. */
  readonly libraryFolder: string;
  /** The folder was named at this start: it comes before one that was chosen earlier. */
  readonly libraryNamed?: boolean;
  /** The manuscript that comes with Understudy. */
  readonly sampleManuscript: string;
  /** One line for the log file: errors that are bugs, crashes of engines. */
  readonly log: (line: string) => void;
}

export interface Host {
  /** Serves the Api over a line to a page until it closes. */
  connect(port: Port): void;
  /** Is spelled right from now on in the library that is open. */
  addWord(word: string): void;
  /** Saves everything, ends the engines. */
  close(): Promise<void>;
}

/** What the rest of the host sees of an open document. */
export interface TextOfDocument {
  readonly path: string;
  /** With \n line ends. */
  readonly text: string;
  readonly version: number;
}

/** How other parts of the host follow the open documents. */
export interface OpenDocuments {
  /** Null where it is not open. */
  get(path: string): TextOfDocument | null;
  all(): readonly TextOfDocument[];
  follow(listener: DocumentListener): Disposer;
}

export interface DocumentListener {
  /** Opened, or replaced as a whole. */
  opened(document: TextOfDocument): void;
  /** `version` is the one after the edits. */
  edited(path: string, version: number, edits: readonly Edit[]): void;
  closed(path: string): void;
}
