/**
 * Undoes, or does again, in the field that has the keyboard: its browser remembers what was typed there.
 * Gives whether a field has it.
 */
export function inField(what: 'undo' | 'redo'): boolean {
  const field = document.activeElement;
  const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  if (isField) document.execCommand(what);
  return isField;
}
