import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { headingsOf, outlineField } from '../../../src/renderer/editor/outline.ts';

const open = (doc: string) => EditorState.create({ doc, extensions: outlineField });
const titles = (doc: string) => headingsOf(open(doc).doc).map(({ level, text }) => [level, text]);

describe('the outline', () => {
  it('lists headings with their levels', () => {
    expect(titles('# One\n\ntext\n\n## Two ##\n###### Six\n####### seven\n#none\n#')).toEqual([
      [1, 'One'],
      [2, 'Two'],
      [6, 'Six'],
      [1, ''],
    ]);
  });

  it('leaves out what stands in fenced code', () => {
    expect(titles('```\n# no\n~~~\n# no\n```\n# yes')).toEqual([[1, 'yes']]);
  });

  it('moves with the text before it, and knows when it must be read anew', () => {
    const start = open('One\n# Two\nThree');
    const after = (from: number, to: number, insert: string) =>
      start.update({ changes: { from, to, insert } }).state.field(outlineField);
    expect(after(0, 0, 'Before ')).toEqual({
      headings: [{ level: 1, text: 'Two', from: 11 }],
      stale: false,
    });
    expect(after(9, 9, '!').stale).toBe(true);
    expect(after(10, 10, '# ').stale).toBe(true);
    expect(after(3, 10, ' ').stale).toBe(true);
    expect(after(0, 0, '```\n').stale).toBe(true);
  });
});
