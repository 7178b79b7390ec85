import { describe, expect, it } from 'vitest';
import { fitStart, padAfter } from '../../../src/renderer/editor/ghost/index.ts';

describe('the start of a suggestion', () => {
  it.each([
    ['a word goes on in the middle', 'the hou', 'se was', 'se was'],
    ['one space stays', 'the', ' house', ' house'],
    ['two spaces become one', 'the', '  house', ' house'],
    ['a space is not doubled', 'the ', ' house', 'house'],
    ['a space is not doubled before a line', 'the ', '\nHouse', '\nHouse'],
    ['a comma is followed by one', 'said,', 'and', ' and'],
    ['a full stop is, too', 'the end.', 'She', ' She'],
    ['but not within an address', 'example.', 'com', 'com'],
    ['nor between initials', 'the U.', 'S.', 'S.'],
    ['a closing quote is followed by one', 'he said.”', 'She', ' She'],
    ['an opening quote by none', 'said “', ' Go', 'Go'],
    ['marks follow at once', 'the end', '. Then', '. Then'],
    ['nothing stands before the first word of a text', '', ' \n\nOnce', 'Once'],
    ['nor of a paragraph', 'end.\n\n', '\n\n Once', 'Once'],
    ['a line is made a paragraph, not more', 'end.\n', '\n\n\nOnce', '\nOnce'],
    ['a paragraph break keeps no spaces', 'end.', ' \n \n Once', '\n\nOnce'],
    ['space alone is nothing yet', 'end', ' \n', ''],
  ])('%s', (_rule, before, text, fitted) => {
    expect(fitStart(before, text)).toBe(fitted);
  });
});

describe('the end of a suggestion', () => {
  it.each([
    ['needs a space before a word', 'end', ' '],
    ['and before a quotation', '“Go', ' '],
    ['none before a space', ' end', ''],
    ['none before a mark', ', end', ''],
    ['none before a closing quote', '”', ''],
    ['none at the end of a line', '\nend', ''],
    ['none at the end of the text', '', ''],
  ])('%s', (_rule, after, pad) => {
    expect(padAfter(after)).toBe(pad);
  });
});
