import type { Nodes, PhrasingContent, Root } from 'mdast';

/**
 * What a voice learns from a manuscript: the prose without marks. Blocks are apart by a blank line, lines of
 * verse by a line end; a scene break stays as "* * *", headings stay as their words; footnotes are left out,
 * for no reader meets them in the midst of a sentence.
 */
export function toPlainText(root: Root): string {
  const blocks: string[] = [];
  const read = (node: Nodes): void => {
    switch (node.type) {
      case 'thematicBreak':
        blocks.push('* * *');
        break;
      case 'paragraph':
      case 'heading':
        blocks.push(inline(node.children));
        break;
      case 'table':
        for (const row of node.children) {
          blocks.push(row.children.map(({ children }) => inline(children)).join(' — '));
        }
        break;
      case 'code':
        blocks.push(node.value);
        break;
      case 'footnoteDefinition':
      case 'yaml':
      case 'html':
        break;
      default:
        if ('children' in node) for (const child of node.children) read(child);
    }
  };
  read(root);
  const written = blocks.filter((block) => /\S/.test(block));
  return written.length === 0 ? '' : `${written.join('\n\n')}\n`;
}

function inline(nodes: readonly PhrasingContent[]): string {
  return nodes
    .map((node): string => {
      switch (node.type) {
        case 'text':
        case 'inlineCode':
          return node.value;
        case 'break':
          return '\n';
        case 'image':
        case 'imageReference':
        case 'footnoteReference':
        case 'html':
          return '';
        default:
          return inline(node.children);
      }
    })
    .join('');
}
