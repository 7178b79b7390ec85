import type { Entry } from '../../shared/api/index.ts';
import { defaultKeys } from '../editor/keys.ts';
import type { EditorCommand } from '../editor/types.ts';
import type { App } from './app.svelte.ts';
import type { Command } from './commands.svelte.ts';
import type { Panel } from './session.svelte.ts';

/** Every command of the page, in the order in which the palette and the settings list them. */
export function catalogue(app: App): readonly Command[] {
  const { documents, session, library, settings, suggestions } = app;
  const shown = (): boolean => documents.active !== null;
  const writable = (): boolean => documents.active?.readOnly === null;
  /** The entry of the document that is shown; null where its file is gone. */
  const entry = (): Entry | null => documents.active && library.find(documents.active.path);
  /** Which voice can go on learning: the one that paused, else that of the document, else any. */
  const unfinished = (): string | null => {
    const { active, state } = app.training;
    if (active) return null;
    const { kind } = state?.status ?? {};
    if (state && (kind === 'paused' || kind === 'failed')) return state.voice;
    const voices = [app.voiceFor(documents.active), ...app.voices.list];
    return voices.find((voice) => voice?.resumable)?.name ?? null;
  };
  const ghost = (): boolean => suggestions.ghost.kind === 'shown';

  const editor = (
    id: EditorCommand,
    title: string,
    group: Command['group'],
    when: () => boolean,
  ): Command => ({
    id,
    title,
    key: defaultKeys[id],
    group,
    heard: 'editor',
    when,
    run: () => {
      documents.editor?.focus();
      documents.editor?.run(id);
    },
  });
  const page = (
    id: string,
    title: string,
    key: string,
    group: Command['group'],
    run: () => unknown,
    more: Partial<Pick<Command, 'when' | 'also'>> = {},
  ): Command => ({ id, title, key, group, heard: 'page', run: () => void run(), ...more });
  const panel = (id: Panel, title: string, key: string): Command =>
    page(`panel.${id}`, title, key, 'View', () => session.toggle(id));
  const withActive = (work: (document: NonNullable<typeof documents.active>) => unknown) => () =>
    documents.active ? work(documents.active) : undefined;

  return [
    editor('continue', 'Continue this paragraph', 'Suggestions', writable),
    editor('acceptAll', 'Accept the suggestion', 'Suggestions', ghost),
    editor('acceptWord', 'Accept the next word', 'Suggestions', ghost),
    editor('acceptSentence', 'Accept the next sentence', 'Suggestions', ghost),
    editor('nextAlternative', 'Next alternative', 'Suggestions', ghost),
    editor('previousAlternative', 'Previous alternative', 'Suggestions', ghost),
    editor('dismiss', 'Stop the suggestion, or put it away', 'Suggestions', ghost),
    page('autoSuggest', 'Suggest when I pause: on or off', '', 'Suggestions', () => {
      suggestions.wake();
      return settings.change({ autoSuggest: !settings.values.autoSuggest });
    }),
    page('showSuggested', 'Show suggested text: on or off', '', 'Suggestions', () =>
      settings.change({ showSuggested: !settings.values.showSuggested }),
    ),
    page('disclosure', 'Disclosure report…', '', 'Suggestions', () => {
      session.overlay = 'disclosure';
    }),
    page(
      'snooze',
      'No suggestions by themselves for 10 minutes',
      '',
      'Suggestions',
      () => {
        suggestions.snooze(10);
        app.notices.say('For 10 minutes no suggestion comes by itself.', {
          topic: 'snooze',
          actions: [{ label: 'Have them again', run: () => suggestions.wake() }],
        });
      },
      { when: () => settings.values.autoSuggest && !suggestions.snoozed },
    ),
    page('wake', 'Suggestions by themselves again', '', 'Suggestions', () => suggestions.wake(), {
      when: () => suggestions.snoozed,
    }),

    editor('undo', 'Undo', 'Write', writable),
    editor('redo', 'Redo', 'Write', writable),
    editor('bold', 'Strong', 'Write', writable),
    editor('italic', 'Emphasis', 'Write', writable),
    editor('heading', 'Heading', 'Write', writable),
    editor('find', 'Find in this document', 'Write', shown),
    editor('findNext', 'Next match', 'Write', shown),
    editor('findPrevious', 'Previous match', 'Write', shown),
    editor('replace', 'Find and replace', 'Write', writable),

    page('newDocument', 'New document', 'Mod-Alt-n', 'Documents', () => library.createDocument()),
    page('newFolder', 'New folder', '', 'Documents', () => {
      session.toggleSidebar(true);
      return library.createFolder();
    }),
    page('importFiles', 'Import files…', '', 'Documents', () => library.chooseFiles()),
    page('openDocument', 'Go to a document', 'Mod-p', 'Documents', () => {
      session.overlay = session.overlay === 'documents' ? 'none' : 'documents';
    }),
    page('findInAll', 'Find in all documents', 'Mod-Shift-f', 'Documents', () => {
      session.toggleSidebar(true);
      app.search.focusRequests++;
    }),
    page(
      'save',
      'Save now',
      'Mod-s',
      'Documents',
      withActive((document) => documents.save(document)),
      { when: shown },
    ),
    page(
      'takeSnapshot',
      'Take a snapshot',
      '',
      'Documents',
      async () => {
        if (await app.snapshots.take(null)) app.notices.say('The text is kept as it is now.');
      },
      { when: shown },
    ),
    page(
      'closeDocument',
      'Close this document',
      'Mod-Alt-w',
      'Documents',
      withActive((document) => documents.close(document)),
      { when: shown },
    ),
    page('nextDocument', 'Next document', 'Alt-PageDown', 'Documents', () => documents.turn(1), {
      when: () => documents.list.length > 1,
    }),
    page(
      'previousDocument',
      'Previous document',
      'Alt-PageUp',
      'Documents',
      () => documents.turn(-1),
      { when: () => documents.list.length > 1 },
    ),
    page(
      'renameDocument',
      'Rename this document',
      '',
      'Documents',
      withActive(({ path }) => {
        session.toggleSidebar(true);
        app.search.clear();
        library.startRenaming(path);
      }),
      { when: () => entry() !== null },
    ),
    page(
      'trashDocument',
      'Move this document to the trash',
      '',
      'Documents',
      () => {
        const shown = entry();
        return shown && library.trash(shown);
      },
      { when: () => entry() !== null },
    ),
    page(
      'reveal',
      'Show this document in the file manager',
      '',
      'Documents',
      withActive((document) => library.reveal(document.path)),
      { when: shown },
    ),
    page('export', 'Export as Word, EPUB, PDF …', 'Mod-Shift-x', 'Documents', () =>
      session.panel === 'export'
        ? session.show('none')
        : app.exports.open(documents.active?.path ?? ''),
    ),
    page('chooseLibrary', 'Choose another folder for the library', '', 'Documents', () =>
      library.chooseFolder(),
    ),

    page('sidebar', 'Library and outline', 'Mod-\\', 'View', () => session.toggleSidebar()),
    panel('voices', 'Voices and training', 'Mod-Alt-v'),
    panel('dialogue', 'Talk with a voice', 'Mod-Alt-c'),
    panel('history', 'History of suggestions', 'Mod-Alt-y'),
    panel('snapshots', 'Snapshots of this document', 'Mod-Alt-s'),
    page('focusMode', 'Focus: off, sentence, paragraph', 'Mod-Shift-l', 'View', () => {
      const { focus } = settings.values;
      const next = { off: 'sentence', sentence: 'paragraph', paragraph: 'off' } as const;
      return settings.change({ focus: next[focus] });
    }),
    page('typewriter', 'Typewriter mode: on or off', 'Mod-Shift-y', 'View', () =>
      settings.change({ typewriter: !settings.values.typewriter }),
    ),
    ...(['system', 'light', 'dark', 'contrast'] as const).map((theme) =>
      page(
        `theme.${theme}`,
        {
          system: 'Theme: as the system has it',
          light: 'Theme: light',
          dark: 'Theme: dark',
          contrast: 'Theme: high contrast',
        }[theme],
        '',
        'View',
        () => settings.change({ theme }),
      ),
    ),

    page('newVoice', 'Train a new voice', '', 'Voices', () => session.showVoices('new')),
    page(
      'importVoice',
      'Import a voice…',
      '',
      'Voices',
      () => {
        session.showVoices('list');
        app.voices.chooseFile();
      },
      { when: () => !app.voices.importing },
    ),
    page('pauseTraining', 'Pause training', '', 'Voices', () => app.training.pause(), {
      when: () => app.training.active,
    }),
    page(
      'stopTraining',
      'Stop training and keep the best',
      '',
      'Voices',
      () => app.training.stop(),
      {
        when: () => app.training.active,
      },
    ),
    page(
      'resumeTraining',
      'Resume training',
      '',
      'Voices',
      async () => {
        const voice = unfinished();
        if (voice === null) return;
        session.showVoices((await app.training.resume(voice)) ? 'training' : 'list');
      },
      { when: () => unfinished() !== null },
    ),

    page(
      'commands',
      'All commands',
      'Mod-Shift-p',
      'Understudy',
      () => {
        session.overlay = session.overlay === 'commands' ? 'none' : 'commands';
      },
      { also: 'Mod-k' },
    ),
    page('settings', 'Settings', 'Mod-,', 'Understudy', () => session.toggle('settings')),
    page('write', 'Back to the text', 'Mod-Shift-e', 'Understudy', () => documents.editor?.focus()),
    page('welcome', 'Welcome', '', 'Understudy', () => app.welcome.show()),
  ];
}
