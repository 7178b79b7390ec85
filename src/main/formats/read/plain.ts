import type { Root } from 'mdast';

/** Plain text as a syntax tree: paragraphs end at blank lines, or at every line where there are none. */
export function proseOfText(text: string): Root {
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const apart = /\n[ \t]*\n/.test(plain) ? /\n(?:[ \t]*\n)+/ : /\n/;
  return {
    type: 'root',
    children: plain.split(apart).flatMap((block): Root['children'] => {
      const lines = block.split('\n').map((line) => line.trim());
      const children = lines
        .filter((line) => line !== '')
        .flatMap(
          (value, i): Extract<Root['children'][number], { type: 'paragraph' }>['children'] => [
            ...(i > 0 ? [{ type: 'break' } as const] : []),
            { type: 'text', value },
          ],
        );
      return children.length === 0 ? [] : [{ type: 'paragraph', children }];
    }),
  };
}
