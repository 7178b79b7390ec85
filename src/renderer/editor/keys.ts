/** Which key does what: the defaults as a table for the settings, and the keymap made of it. */
import { Prec, type Extension } from '@codemirror/state';
import { keymap, type Command } from '@codemirror/view';
import type { EditorCommand } from './types.ts';

const isMac = typeof navigator !== 'undefined' && /Mac|iP(?:hone|ad)/.test(navigator.platform);

/** Keys in CodeMirror's notation; Mod is Cmd on a Mac and Ctrl elsewhere. */
export const defaultKeys: Readonly<Record<EditorCommand, string>> = {
  continue: 'Mod-Enter',
  acceptAll: 'Tab',
  acceptWord: 'Mod-ArrowRight',
  acceptSentence: 'Mod-ArrowDown',
  nextAlternative: 'Alt-]',
  previousAlternative: 'Alt-[',
  dismiss: 'Escape',
  undo: 'Mod-z',
  redo: isMac ? 'Mod-Shift-z' : 'Mod-y',
  find: 'Mod-f',
  findNext: 'Mod-g',
  findPrevious: 'Mod-Shift-g',
  replace: isMac ? 'Mod-Alt-f' : 'Mod-h',
  bold: 'Mod-b',
  italic: 'Mod-i',
  heading: 'Mod-Shift-h',
};

/** The key of each command under the writer's settings; "" for none. */
export const keysOf = (
  chosen: Readonly<Record<string, string>>,
): Readonly<Record<EditorCommand, string>> =>
  Object.fromEntries(
    Object.entries(defaultKeys).map(([command, key]) => [command, chosen[command] ?? key]),
  ) as Record<EditorCommand, string>;

/** Find and replace work from their own panel, too. */
const scopeOf = (command: string): string =>
  /^(?:find|replace)/.test(command) ? 'editor search-panel' : 'editor';

/** Above every other binding; a command that gives false leaves its key to what it always does. */
export function keys(
  chosen: Readonly<Record<string, string>>,
  commands: Readonly<Record<EditorCommand, Command>>,
): Extension {
  const bindings = Object.entries(keysOf(chosen)).flatMap(([command, key]) =>
    key === '' ? [] : [{ key, run: commands[command as EditorCommand], scope: scopeOf(command) }],
  );
  return Prec.highest(keymap.of(bindings));
}
