import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { focusOf } from '../../../src/renderer/editor/focus.ts';

/** What is in focus with the caret at "|". */
const inFocus = (marked: string, mode: 'sentence' | 'paragraph') => {
  const at = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', ''), selection: { anchor: at } });
  const { from, to } = focusOf(state, mode);
  return state.sliceDoc(from, to).trim();
};

describe('focus', () => {
  it('is on the sentence at the caret', () => {
    expect(inFocus('He we|nt. She stayed.', 'sentence')).toBe('He went.');
    expect(inFocus('He went. She sta|yed.', 'sentence')).toBe('She stayed.');
  });

  it('stays on a sentence until the space behind it', () => {
    expect(inFocus('He went.|', 'sentence')).toBe('He went.');
    expect(inFocus('He went. |', 'sentence')).toBe('');
    expect(inFocus('He went. |She stayed.', 'sentence')).toBe('She stayed.');
  });

  it('does not cut at an abbreviation', () => {
    expect(inFocus('Mr. Sm|ith went. Then', 'sentence')).toBe('Mr. Smith went.');
  });

  it('is on the paragraph at the caret', () => {
    expect(inFocus('One.\n\nTwo. Th|ree.\n\nFour.', 'paragraph')).toBe('Two. Three.');
  });

  it('cuts only the neighbourhood of the caret in a very long paragraph', () => {
    const long = 'Word and word. '.repeat(50_000);
    const start = performance.now();
    expect(inFocus(`${long}He we|nt. ${long}`, 'sentence')).toBe('He went.');
    expect(performance.now() - start).toBeLessThan(500);
  });
});
