import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { Tree } from '@lezer/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decorate, markdown } from '../../../src/renderer/editor/markdown.ts';
import { proseParser } from '../../../src/renderer/editor/parser.ts';
import { prose } from '../../helpers/understudy.ts';
import { dice } from '../../helpers/voices.ts';

const stateOf = (doc: string): EditorState => EditorState.create({ doc, extensions: markdown });

/** What carries each class: words, or lines by their beginning. */
function shown(doc: string): Record<string, string[]> {
  const state = stateOf(doc);
  ensureSyntaxTree(state, doc.length, 5000);
  const all: { name: string; from: number; to: number }[] = [];
  decorate(state, [{ from: 0, to: doc.length }]).between(0, doc.length, (from, to, value) => {
    const { class: name } = value.spec as { class?: string };
    if (name !== undefined) all.push({ name, from, to });
  });
  const found: Record<string, string[]> = {};
  for (const { name, from, to } of all.sort((a, b) => a.from - b.from)) {
    (found[name] ??= []).push(doc.slice(from, to) || lineAt(doc, from));
  }
  return found;
}
const lineAt = (doc: string, from: number): string => doc.slice(from).split('\n', 1)[0]!;

const nodesOf = (tree: Tree): string[] => {
  const nodes: string[] = [];
  tree.iterate({ enter: ({ name, from, to }) => void nodes.push(`${name} ${from} ${to}`) });
  return nodes;
};

describe('Markdown in the editor', () => {
  test('shows emphasis, code and links, and lets their marks step back', () => {
    const found = shown(
      'She was *very* sure, **quite** sure, of `x` and [the sea](sea.md "grey").',
    );
    expect(found['cm-em']).toEqual(['*very*']);
    expect(found['cm-strong']).toEqual(['**quite**']);
    expect(found['cm-mono']).toEqual(['`x`']);
    expect(found['cm-link']).toEqual(['the sea']);
    expect(found['cm-mark']).toEqual([
      ...['*', '*', '**', '**', '`', '`'],
      ...['[', ']', '(', 'sea.md', '"grey"', ')'],
    ]);
  });

  test('shows headings, scene breaks, quotations, lists and code by their lines', () => {
    const found = shown(
      '# One\n\n“Who?”\n\n***\n\n> so\n> it goes\n\n- this\n- that\n\n```\na\n```\n',
    );
    expect(found['cm-heading cm-heading-1']).toEqual(['# One']);
    expect(found['cm-speech']).toEqual(['“Who?”']);
    expect(found['cm-scene-break']).toEqual(['***']);
    expect(found['cm-quote']).toEqual(['> so', '> it goes']);
    expect(found['cm-item']).toEqual(['- this', '- that']);
    expect(found['cm-code']).toEqual(['```', 'a', '```']);
    expect(found['cm-hanging']).toEqual(['# ', '> ', '> ', '- ', '- ']);
  });

  test('knows nothing that surprises in prose', () => {
    const doc = 'A line\n---\n\n    an indented one, and <b>no</b> tag\n\n[1]: a note';
    const names = new Set(nodesOf(proseParser.parse(doc)).map((node) => node.split(' ')[0]));
    for (const name of ['SetextHeading2', 'CodeBlock', 'HTMLTag', 'LinkReference']) {
      expect(names).not.toContain(name);
    }
    expect(names).toContain('HorizontalRule');
  });

  test('decorates whatever is typed', () => {
    const pieces = [
      '*',
      '**',
      '_',
      '`',
      '```\n',
      '[',
      '](',
      ')',
      '<',
      '>',
      '> ',
      '# ',
      '- ',
      '1. ',
    ];
    const some = [
      ...pieces,
      '\n',
      '\n\n',
      '\\',
      '![',
      '"',
      'http://a.b',
      'word',
      ' ',
      '“',
      '***\n',
    ];
    const text = fc.array(fc.constantFrom(...some), { maxLength: 30 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (doc) => {
        shown(doc);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a long text, read anew at each key', () => {
  /** Paragraphs with all that Markdown knows among them. */
  const long = Array.from({ length: 60 }, (_, i) =>
    [
      `## Chapter ${i}`,
      prose(5),
      '> a *quoted* line\n> and another',
      '- one\n- two\n\n  of it\n',
      i % 7 === 0 ? '```\nlet\n\ncode\n```' : '***',
      prose(3),
    ].join('\n\n'),
  ).join('\n\n');

  test('is taken over in groups but for what is near the edit', () => {
    const treesOf = (tree: Tree, all = new Set<Tree>()): Set<Tree> => {
      all.add(tree);
      for (const child of tree.children) if (child instanceof Tree) treesOf(child, all);
      return all;
    };
    const state = stateOf(long);
    const before = treesOf(ensureSyntaxTree(state, long.length, 10_000)!);
    const at = long.length - 1000;
    const { state: after } = state.update({ changes: { from: at, insert: 'x' } });
    const trees = treesOf(ensureSyntaxTree(after, after.doc.length, 10_000)!);
    const fresh = [...trees].filter((tree) => !before.has(tree));
    expect(before.size).toBeGreaterThan(1000);
    expect(fresh.length).toBeLessThan(before.size / 20);
  });

  test('is what it is when it is read as a whole', () => {
    const roll = dice(5);
    const pieces = ['x', ' ', '\n', '\n\n', '*', '# ', '> ', '```\n', '- ', 'the sea'];
    let state = stateOf(long);
    ensureSyntaxTree(state, long.length, 10_000);
    for (let round = 0; round < 60; round++) {
      const from = roll(state.doc.length);
      const to = Math.min(state.doc.length, from + roll(2) * roll(40));
      const insert = pieces[roll(pieces.length)]!;
      ({ state } = state.update({ changes: { from, to, insert } }));
      const tree = ensureSyntaxTree(state, state.doc.length, 10_000)!;
      const whole = proseParser.parse(state.doc.toString());
      expect(nodesOf(tree)).toEqual(nodesOf(whole));
    }
  });
});
