import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { api, type Api, type ApiEmit, type ApiHandlers } from '../../shared/api/index.ts';
import { isUserError, UserError } from '../../shared/errors.ts';
import { serve, type Server } from '../../shared/rpc/index.ts';
import { claim, prepare } from './data-folder.ts';
import { Documents, recoverGone, UndoStore, type Keepable } from './documents/index.ts';
import { createDevices } from './devices/index.ts';
import { addedSchema, Dictionary, knownNamesSchema } from './dictionary/index.ts';
import { createEngines } from './engines/index.ts';
import { createExport } from './export/index.ts';
import { History } from './history/index.ts';
import { Disclosures, MarksStore } from './provenance/index.ts';
import {
  Arrivals,
  KnownFolders,
  Library,
  manuscriptTexts,
  Places,
  searchLibrary,
  WordCounts,
  wordsSchema,
} from './library/index.ts';
import { none, soon } from './replies.ts';
import { SessionStore } from './session/index.ts';
import { JsonFile, SettingsStore } from './settings/index.ts';
import { Snapshots } from './snapshots/index.ts';
import { createSuggestions } from './suggestions/index.ts';
import { createTraining, droppedInPlans } from './training/index.ts';
import type { Host, HostOptions } from './types.ts';
import { Sources, Voices } from './voices/index.ts';

/** Milliseconds after the start before voices are measured: the writer comes first. */
const MEASURE_AFTER = 5000;
/** Most sentences that wait for the first page. */
const WAITING = 20;

const platforms: Readonly<Record<string, 'mac' | 'windows'>> = { darwin: 'mac', win32: 'windows' };

/**
 * Everything of the app but its engines and its shells, put together.
 *
 * @throws UserError when the folders cannot be used, or another Understudy uses them
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const opened = new AsyncDisposableStack();
  opened.defer(await claim(options.dataFolder));
  try {
    return await assemble(options, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** What is to be closed at the end, also of a start that fails, goes onto `opened`. */
async function assemble(options: HostOptions, opened: AsyncDisposableStack): Promise<Host> {
  const { dataFolder, platform, log, launch } = options;
  const at = (name: string): string => join(dataFolder, name);
  await prepare(dataFolder, log);

  const servers = new Set<Server<Api>>();
  const waiting: string[] = [];
  const emit: ApiEmit = (name, payload) => {
    for (const server of servers) server.emit(name, payload);
  };
  const notice = (sentence: string, tone: 'quiet' | 'warning' = 'warning'): void => {
    log(sentence);
    if (servers.size > 0) emit('notice', { sentence, tone });
    else if (waiting.length < WAITING) waiting.push(sentence);
  };

  const settings = await SettingsStore.open(
    at('settings.json'),
    (value) => emit('settingsChanged', value),
    notice,
  );
  const session = await SessionStore.open(dataFolder, notice);
  const history = await History.open({ path: at('history.jsonl'), now: Date.now, notice });
  const chosen = await JsonFile.open({
    path: at('library.json'),
    schema: v.object({ folder: v.string() }),
    fallback: { folder: options.libraryFolder },
    notice,
  });
  const folders = await KnownFolders.open(at('folders.json'), notice);
  for (const store of [settings, session, history, chosen, folders]) {
    opened.defer(() => store.flush());
  }
  const wordFile = { path: at('words.json'), schema: wordsSchema, fallback: {}, notice };
  const words = new WordCounts(await JsonFile.open(wordFile));
  opened.defer(() => words.flush());

  const dictionary = new Dictionary({
    added: await JsonFile.open({
      path: at('dictionary.json'),
      schema: addedSchema,
      fallback: {},
      notice,
    }),
    names: await JsonFile.open({
      path: at('names.json'),
      schema: knownNamesSchema,
      fallback: { folder: '', names: [] },
      notice,
    }),
    texts: () =>
      manuscriptTexts(library.view.root, platform.exportsFolder, {
        places: library.places,
        documents,
      }),
    tell: platform.spellAlso,
    log,
  });
  opened.defer(() => dictionary.close());

  const undo = new UndoStore(at('undo'), log);
  undo.prune(new Date()).catch((error: unknown) => log(`Old undo histories: ${String(error)}`));
  const marks = new MarksStore({ folder: at('marks'), notice, log });
  const snapshots = new Snapshots({
    folder: at('snapshots'),
    limit: () => settings.value.snapshotLimit * 1e6,
    now: Date.now,
    changed(place) {
      const path = documents.pathOf(place);
      if (path !== null) emit('snapshotsChanged', { path });
    },
    notice,
    log,
  });
  const keepable = (path: string): Keepable => {
    const document = documents.keepable(path);
    if (document) return document;
    throw new UserError('document.missing', `${path} is not open; open it first.`);
  };
  const documents: Documents = new Documents({
    marks,
    journals: at('journals'),
    undo,
    resolve: (path) => library.places.document(path),
    place: (path) => library.places.at(path),
    away: () => library.places.away(),
    preferences: (path) => session.preferences(library.places.at(path)),
    autosaveDelay: () => settings.value.autosaveDelay,
    before: snapshots,
    emit,
    log,
    now: () => new Date(),
  });
  const openLibrary = async (places: Places): Promise<Library> => {
    // Into an empty folder that has its name only, nothing is brought back: that waits in the journals.
    if (await folders.isLibrary(places)) {
      const { told, unsaved } = await recoverGone(at('journals'), places.root, new Date());
      for (const sentence of told) notice(sentence);
      session.bringUp(unsaved);
    }
    const library = await Library.open({
      places,
      words,
      documents,
      marks,
      platform,
      changed(view) {
        emit('libraryChanged', view);
        dictionary.changed();
      },
      notice,
      log,
    });
    dictionary.open(places.root);
    return library;
  };
  // The writer's own folder is not made anew: where it is gone, an empty one would look like a loss.
  const isChosen = !options.libraryNamed && chosen.value.folder !== options.libraryFolder;
  const places = isChosen
    ? await Places.open(chosen.value.folder).catch((error: unknown) => {
        if (!isUserError(error)) throw error;
        notice(error.message);
        return Places.make(options.libraryFolder);
      })
    : await Places.make(options.libraryFolder);
  let library = await openLibrary(places);
  opened.defer(() => library.close());
  const arrivals = await Arrivals.open({ folder: at('arriving'), log });
  opened.defer(() => arrivals.close());
  const disclosures = new Disclosures({
    library: () => library,
    documents,
    marks,
    platform,
    now: () => new Date(),
  });

  // Closed after the engines: until then a training may save a plan.
  const sources = await Sources.open({
    folder: at('dropped'),
    needed: () => droppedInPlans(at('voices')),
    places: () => library.places,
    sample: options.sampleManuscript,
    log,
  });
  opened.defer(() => sources.close());

  const devices = createDevices({ launch, log });
  const engines = createEngines({
    launch,
    devices,
    threads: () => settings.value.threads,
    changed: (status) => emit('enginesChanged', status),
    log,
  });
  opened.defer(() => {
    engines.dispose();
    devices.dispose();
  });
  const voicePath = (name: string): string => voices.pathOf(name);
  const suggestions = createSuggestions({
    engines,
    documents,
    voicePath,
    record: (entry) => Promise.resolve(history.record(entry)),
    seed: () => randomInt(2 ** 32),
    log,
  });
  const voices: Voices = await Voices.open({
    folder: at('voices'),
    platform,
    changed: (list) => emit('voicesChanged', list),
    forget: (name) => suggestions.forgetVoice(name),
    measureYou: (name) => suggestions.measureYou(name),
    log,
  });
  const training = createTraining({
    engines,
    voicePath,
    resolve: (wanted) => sources.resolve(wanted),
    device: () => settings.value.device,
    readings: at('devices.json'),
    memoryLimit: () => settings.value.memoryLimit * 1e6,
    changed(state) {
      emit('trainingChanged', state);
      if (state === null || state.status.kind !== 'running') voices.measure();
    },
    voiceChanged: (name) => {
      voices.trained(name).catch((error: unknown) => log(`Reading ${name}: ${String(error)}`));
    },
    log,
  });
  const exporting = createExport({
    places: () => library.places,
    root: () => library.view.root,
    documents,
    platform,
    launch,
    language: () => settings.value.language || Intl.DateTimeFormat().resolvedOptions().locale,
    now: () => new Date(),
    log,
  });
  const measuring = setTimeout(() => voices.measure(), MEASURE_AFTER);

  const moved = (from: string, to: string): void => {
    if (from === to) return;
    session.move(library.places.at(from), library.places.at(to));
    history.move(from, to);
    snapshots.move(library.places.at(from), library.places.at(to));
  };

  const handlers = {
    start: soon(() => ({
      version: options.version,
      host: platform.kind,
      platform: platforms[process.platform] ?? 'linux',
      settings: settings.value,
      session: session.value,
      library: library.view,
      voices: voices.list,
      training: training.state(),
      engines: engines.status(),
      written: session.written(),
    })),
    async changeSettings(change) {
      const changed = settings.change(change);
      if (change.snapshotLimit !== undefined) await snapshots.limit();
      return changed;
    },
    spelling: soon(() => platform.spelling(settings.value)),
    saveSession: soon((value) => none(session.save(value))),

    async chooseLibrary() {
      const folder = await platform.chooseFolder(library.places.root);
      if (folder === null) return null;
      const places = await Places.open(folder);
      await documents.closeAll();
      const before = library;
      library = await openLibrary(places);
      await before.close();
      chosen.set({ folder });
      return library.view;
    },
    lookAgain: async () => none(await library.lookAgain()),
    createDocument: ({ folder, name }) => library.createDocument(folder, name),
    createFolder: ({ folder, name }) => library.createFolder(folder, name),
    async renameEntry({ path, name }) {
      const to = await library.rename(path, name);
      moved(path, to);
      return to;
    },
    async moveEntry({ path, folder }) {
      const to = await library.move(path, folder);
      moved(path, to);
      return to;
    },
    async trashEntry({ path }) {
      const place = library.places.at(path);
      await library.trash(path);
      snapshots.trash(place);
      return null;
    },
    revealEntry: async ({ path }) => none(await platform.reveal(await library.places.real(path))),
    beginImport: () => arrivals.begin(),
    addToImport: async ({ batch, pieces }) => none(await arrivals.add(batch, pieces)),
    dropImport: async ({ batch }) => none(await arrivals.drop(batch)),
    importFiles: ({ batch, folder, names }, signal) =>
      arrivals.take(batch, (temporary, place) => {
        const files = names.map((name, i) => ({ name, place: place(i) }));
        return library.import(folder, files, { temporary, signal });
      }),
    searchLibrary: (query, signal) =>
      searchLibrary({ root: library.view.root, places: library.places, documents }, query, signal),

    openDocument: ({ path }) => documents.open(path),
    closeDocument: async ({ path }) => none(await documents.close(path)),
    editDocument: soon(({ path, base, edits, keep }) => ({
      version: documents.edit(path, base, edits, keep),
    })),
    replaceDocument: soon(({ path, text, marks }) => ({
      version: documents.replace(path, text, marks),
    })),
    keepUndo: async ({ path, version, history }) =>
      none(await documents.keepUndo(path, version, history)),
    saveDocument: async ({ path }) => none(await documents.save(path)),
    settleDocument: ({ path, settlement }) => documents.settle(path, settlement),
    setPreferences: soon(({ path, preferences }) =>
      none(session.setPreferences(library.places.at(path), preferences)),
    ),
    addWritten: soon(({ day, words }) => session.addWritten(day, words)),

    disclosure: ({ scope }, signal) => disclosures.figures(scope, signal),
    saveDisclosure: (request) => disclosures.save(request),
    snapshots: async ({ path }) => snapshots.list(keepable(path)),
    readSnapshot: async ({ path, id }) => snapshots.read(keepable(path), id),
    takeSnapshot: async ({ path, name }) => snapshots.take(keepable(path), name),
    nameSnapshot: async ({ path, id, name }) =>
      none(await snapshots.name(keepable(path), id, name)),
    deleteSnapshot: async ({ path, id }) => none(await snapshots.remove(keepable(path), id)),
    snapshotSpace: () => snapshots.space(),

    history: soon((query) => history.find(query)),
    markAccepted: soon(({ id, text }) => none(history.markAccepted(id, text))),

    voiceDetails: ({ voice }) => voices.details(voice),
    async renameVoice({ voice, name }) {
      await voices.rename(voice, name);
      training.renamed(voice, name);
      return null;
    },
    duplicateVoice: ({ voice }) => voices.duplicate(voice),
    async trashVoice({ voice }) {
      await voices.trash(voice);
      training.renamed(voice, null);
      return null;
    },
    exportVoice: ({ voice }, signal) => voices.export(voice, signal),
    async *importVoice({ name, bytes }, signal) {
      return voices.import(name, Buffer.from(bytes, 'base64'), signal);
    },
    addTrainingText: ({ name, bytes }) => sources.add(name, Buffer.from(bytes, 'base64')),

    ...devices.handlers,
    ...exporting,
    ...suggestions.handlers,
    ...training.handlers,
  } satisfies ApiHandlers;

  return {
    connect(port) {
      const server = serve(api, port, handlers, {
        unexpected: (error, name) =>
          log(
            `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          ),
      });
      servers.add(server);
      port.closed(() => servers.delete(server));
      for (const sentence of waiting.splice(0)) {
        server.emit('notice', { sentence, tone: 'warning' });
      }
    },
    addWord: (word) => dictionary.add(word),
    async close() {
      clearTimeout(measuring);
      // The text first: what trains may take seconds to come to a good end.
      await documents.closeAll();
      await undo.flush();
      await snapshots.close();
      await training.dispose();
      suggestions.dispose();
      await opened.disposeAsync();
    },
  };
}
