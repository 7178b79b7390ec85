/** What every document's state is made of, and the part of it that follows the settings. */
import {
  history,
  insertTab,
  indentLess,
  indentMore,
  moveLineDown,
  moveLineUp,
  redo,
  redoSelection,
  standardKeymap,
  undo,
  undoSelection,
} from '@codemirror/commands';
import { EditorState, type Extension } from '@codemirror/state';
import {
  dropCursor,
  EditorView,
  highlightSpecialChars,
  keymap,
  type Command,
} from '@codemirror/view';
import type { Settings } from '../../shared/api/index.ts';
import { announcer } from './announce.ts';
import { autoSuggest } from './auto-suggest.ts';
import { caretKept } from './caret.ts';
import { counts } from './counts.ts';
import { focus } from './focus.ts';
import { bold, heading, italic } from './format.ts';
import {
  accept,
  acceptUnlessYoung,
  ghostState,
  ghostView,
  stopOrDismiss,
  turn,
} from './ghost/index.ts';
import { keys } from './keys.ts';
import { markdown } from './markdown.ts';
import { outline } from './outline.ts';
import { carrying, provenanceState, provenanceView, share } from './provenance/index.ts';
import { proseTheme } from './prose-theme.ts';
import { reports } from './reports.ts';
import { findAndReplace, findNext, findPrevious, openFind, openReplace } from './search-panel.ts';
import { drawnSelection } from './selection.ts';
import { smartPunctuation } from './smart-punctuation.ts';
import type { EditorCallbacks, EditorCommand } from './types.ts';
import { air, typewriter } from './typewriter.ts';

/** Every command by its name. Asking for a suggestion ends a selection at its end. */
export function commandsOf(callbacks: EditorCallbacks): Readonly<Record<EditorCommand, Command>> {
  return {
    continue: (view) => {
      if (view.state.readOnly || view.composing) return false;
      const { to, empty } = view.state.selection.main;
      if (!empty) view.dispatch({ selection: { anchor: to }, scrollIntoView: true });
      callbacks.suggest(to);
      return true;
    },
    acceptAll: acceptUnlessYoung,
    acceptWord: accept('word'),
    acceptSentence: accept('sentence'),
    nextAlternative: turn(1),
    previousAlternative: turn(-1),
    dismiss: stopOrDismiss,
    undo,
    redo,
    find: openFind,
    findNext,
    findPrevious,
    replace: openReplace,
    bold,
    italic,
    heading,
  };
}

/** A tab at the caret, or lines further in. Escape and then Tab leaves the editor. */
const tab: Command = (view) => (view.state.selection.main.empty ? insertTab : indentMore)(view);

export function baseExtensions(callbacks: EditorCallbacks, nonce: string): Extension {
  return [
    EditorView.cspNonce.of(nonce),
    // Offsets are the page's: only \n ends a line, and what comes in by paste or drop is made so.
    EditorState.lineSeparator.of('\n'),
    EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, '\n')),
    EditorView.domEventHandlers({
      // Files are the library's: the page around the editor takes them.
      drop: (event) => (event.dataTransfer?.files.length ?? 0) > 0,
    }),
    caretKept,
    EditorView.lineWrapping,
    EditorView.perLineTextDirection.of(true),
    drawnSelection,
    dropCursor(),
    highlightSpecialChars(),
    history({ minDepth: 500 }),
    proseTheme,
    // Before the suggestion's news: an edit is told before what it leads to.
    reports(callbacks),
    ghostState,
    provenanceState((request) => callbacks.passageOf(request)),
    carrying(),
    share((words) => callbacks.suggestedChanged(words)),
    announcer,
    ghostView(callbacks, (view, text) => view.plugin(announcer)?.say(`Suggestion: ${text}`)),
    markdown,
    findAndReplace,
    counts((numbers) => callbacks.countsChanged(numbers)),
    outline((headings) => callbacks.outlineChanged(headings)),
    keymap.of([
      { key: 'Tab', run: tab, shift: indentLess },
      { key: 'Alt-ArrowUp', run: moveLineUp },
      { key: 'Alt-ArrowDown', run: moveLineDown },
      { key: 'Mod-u', run: undoSelection, preventDefault: true },
      { key: 'Alt-u', run: redoSelection },
      ...standardKeymap,
    ]),
  ];
}

/** The part that changes with the settings. */
export function configured(
  settings: Settings,
  callbacks: EditorCallbacks,
  commands: Readonly<Record<EditorCommand, Command>>,
): Extension {
  const { language, spellcheck } = settings;
  return [
    keys(settings.keys, commands),
    settings.smartPunctuation ? smartPunctuation(language) : [],
    focus(settings.focus),
    settings.showSuggested ? provenanceView((passage) => callbacks.passageAtCaret(passage)) : [],
    settings.typewriter ? typewriter : air,
    settings.autoSuggest
      ? autoSuggest(settings.autoSuggestDelay, (at) => callbacks.suggest(at))
      : [],
    settings.ghost === 'strong' ? EditorView.editorAttributes.of({ class: 'cm-ghost-strong' }) : [],
    EditorView.contentAttributes.of({
      spellcheck: String(spellcheck),
      autocorrect: 'off',
      autocapitalize: 'sentences',
      // The browser's own suggestions must not come between the writer and the voice.
      writingsuggestions: 'false',
      ...(language === '' ? {} : { lang: language }),
    }),
  ];
}

/** The part that belongs to one document. */
export const documentExtensions = (path: string, readOnly: boolean): Extension => [
  EditorState.readOnly.of(readOnly),
  EditorView.contentAttributes.of({
    'aria-label': `Text of ${nameOf(path)}`,
    // What can be edited has the keyboard anyway; tools that look for it in the attributes see it too.
    tabindex: '0',
    ...(readOnly ? { 'aria-readonly': 'true' } : {}),
  }),
];

const nameOf = (path: string): string =>
  (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '') || 'the document';
