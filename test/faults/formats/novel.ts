/** A novel of the corpora as HTML, from which other programs make their files, and its words. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const italics = /\*(\S(?:[^*\n]*\S)?)\*/g;

const blocksOf = (text: string): readonly string[] =>
  text.split(/\n{2,}/).flatMap((block) => block.trim() || []);

/** Headings, paragraphs, verse, scene breaks and italics, as the corpora mark them. */
export function htmlOf(text: string): string {
  const body = blocksOf(text).map((block) => {
    if (block === '* * *') return '<hr>';
    const heading = /^(#{1,3}) (.*)$/.exec(block);
    const marked = (line: string): string => escaped(line).replace(italics, '<em>$1</em>');
    if (heading) {
      const tag = `h${heading[1]!.length}`;
      return `<${tag}>${marked(heading[2]!)}</${tag}>`;
    }
    return `<p>${block.split('\n').map(marked).join('<br>')}</p>`;
  });
  const head = '<meta charset="utf-8">';
  return `<!DOCTYPE html><html lang="en"><head>${head}</head><body>${body.join('\n')}</body></html>`;
}

/** All that stands between spaces, marks aside: the words with their quotes and dashes. */
export const wordsOfNovel = (text: string): readonly string[] =>
  wordsOf(
    blocksOf(text)
      .map((block) => block.replace(/^#{1,3} /, '').replace(italics, '$1'))
      .join('\n'),
  );

/** Scene breaks are signs and no words. */
export const wordsOf = (text: string): readonly string[] =>
  text.split(/\s+/).filter((word) => word !== '' && word !== '*');

/** The first place where two rows of words differ; null where they are the same. */
export function difference(wanted: readonly string[], found: readonly string[]): string | null {
  const at = wanted.findIndex((word, i) => word !== found[i]);
  if (at === -1 && wanted.length === found.length) return null;
  const from = Math.max(0, at === -1 ? wanted.length - 4 : at - 4);
  const near = (words: readonly string[]): string => words.slice(from, from + 9).join(' ');
  return `word ${from} of ${wanted.length}: "${near(wanted)}" is "${near(found)}"`;
}
