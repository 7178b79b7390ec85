import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAsText, readProse } from '../../src/main/formats/index.ts';
import { formatOf } from '../../src/shared/formats.ts';

const fixtures = join(import.meta.dirname, '../fixtures/formats');

const markdownOf = async (name: string) => {
  const path = join(fixtures, name);
  return readAsText({ kind: 'path', path }, formatOf(name)!, 'markdown', name);
};

/** What every word processor made of rich.source.md, however its format puts it. */
const text = `# Fog

It was *late*, and **very** cold—“quite” cold, she’d said… A note.[^1] See [the map](https://example.org/map).

> Quoted line one.
>
> Quoted *line* two.

* * *

## Lists

- one
- two
  - inner
- three

3. third
4. fourth

| Ship | Tons |
| - | - |
| Ida | 40 |
| Ola | 60 |

Roses are red  
violets blue

Another note.[^2] Mid*word*italic and ***both***.
`;
const notes = `
[^1]: The first *note*.

[^2]: The second note.

    With two paragraphs.
`;
const page = `---
title: "The Harbour"
author: "Ida Marsh"
lang: "en-GB"
---

`;

describe('reading what pandoc wrote', () => {
  it.each([
    ['rich.docx', '\n*pic*\n'],
    ['rich.odt', '\n*pic*\n'],
    ['rich.epub', '\npic\n'],
    ['rich.html', '\npic\n'],
  ])('keeps all of %s that Markdown has', async (name, caption) => {
    const read = await markdownOf(name);
    expect(read.text).toBe(page + text + caption + notes);
    expect(read.dropped).toContainEqual({ what: 'image', count: 1 });
  });

  it('finds lists and quotations in an .rtf, which says them by how far in they stand', async () => {
    const read = await markdownOf('lists.rtf');
    expect(read.text).toContain(`
> She had written: “Do not wait. Do not come.”
>
> And below it, nothing.

He packed:

- a lamp
- two **ropes**
  - one long
  - one short
- bread

1. First the lamp.

2. Then the rope.

   It was wet.

3. Then he left.

## The quay
`);
  });

  it('keeps the rest of rich.rtf', async () => {
    const read = await markdownOf('rich.rtf');
    expect(read.text).toContain('> Quoted line one.\n>\n> Quoted *line* two.\n');
    expect(read.text).toContain('It was *late*, and **very** cold—“quite” cold, she’d said…');
    expect(read.text).toContain('| Ida | 40 |');
    expect(read.text).toContain('Roses are red  \nviolets blue');
    expect(read.text).toContain('Mid*word*italic and ***both***.');
    expect(read.text).toContain(notes);
  });

  it('gives a syntax tree with the title page apart', async () => {
    const path = join(fixtures, 'rich.docx');
    const { prose } = await readProse({ kind: 'path', path }, 'docx', 'rich.docx');
    expect(prose).toMatchObject({ title: 'The Harbour', author: 'Ida Marsh', language: 'en-GB' });
    expect(prose.body.children[0]).toEqual({
      type: 'heading',
      depth: 1,
      children: [{ type: 'text', value: 'Fog' }],
    });
  });

  it('gives a voice the prose without marks and without notes', async () => {
    const path = join(fixtures, 'rich.odt');
    const read = await readAsText({ kind: 'path', path }, 'odt', 'plain', 'rich.odt');
    expect(read.text).toContain(
      'Fog\n\nIt was late, and very cold—“quite” cold, she’d said… A note. See the map.\n\n',
    );
    expect(read.text).toContain('\n\n* * *\n\n');
    expect(read.text).toContain('Roses are red\nviolets blue');
    expect(read.text).not.toContain('The first note');
    expect(read.text).not.toMatch(/[\\[\]>#]/);
  });
});

describe('reading what LibreOffice wrote', () => {
  it('finds in an .epub the headings that its table of contents names', async () => {
    const read = await markdownOf('lists.epub');
    expect(read.text).toContain('\n# Fog\n\nIt was late, and *very* cold.\n');
    // Of others it says no more than that they are bold.
    expect(read.text).toContain('\n**The quay**\n');
  });
});

describe('reading that is stopped', () => {
  it('ends its thread and makes room for the next', async () => {
    const source = { kind: 'path', path: join(fixtures, 'rich.docx') } as const;
    const abort = new AbortController();
    // Two are read at a time, and the third waits.
    const reads = ['one', 'two', 'three'].map((name) =>
      readAsText(source, 'docx', 'markdown', name, abort.signal),
    );
    abort.abort(new Error('Stopped'));
    for (const read of await Promise.allSettled(reads)) {
      expect(read).toEqual({ status: 'rejected', reason: new Error('Stopped') });
    }
    expect((await readAsText(source, 'docx', 'markdown', 'four')).text).toContain('The Harbour');
  });
});
