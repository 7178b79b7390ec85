import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inField } from '../../../src/renderer/state/native-undo.ts';

class Field {}
const execCommand = vi.fn();

beforeEach(() => {
  vi.stubGlobal('HTMLInputElement', Field);
  vi.stubGlobal('HTMLTextAreaElement', class {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  execCommand.mockReset();
});

test('what the menu undoes is in the field that has the keyboard', () => {
  vi.stubGlobal('document', { activeElement: new Field(), execCommand });
  expect(inField('redo')).toBe(true);
  expect(execCommand).toHaveBeenCalledExactlyOnceWith('redo');
});

test('without a field it is left to the editor', () => {
  vi.stubGlobal('document', { activeElement: null, execCommand });
  expect(inField('undo')).toBe(false);
  expect(execCommand).not.toHaveBeenCalled();
});
