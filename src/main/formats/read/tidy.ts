import type { ListItem, PhrasingContent, RootContent } from 'mdast';
import { headingDepth } from './flow.ts';
import { plainLook, Runs, type Look } from './runs.ts';
import { isSceneBreak } from './scene-break.ts';

/**
 * A syntax tree of another library as ours are: no places in the source, no code, no HTML, no pictures;
 * spaces outside of emphasis; scene breaks for what stands for them, none at the ends.
 */
export function tidy(nodes: readonly RootContent[]): RootContent[] {
  const blocks = joinQuotes(blocksOf(nodes));
  const isRule = (block: RootContent | undefined): boolean => block?.type === 'thematicBreak';
  while (isRule(blocks[0])) blocks.shift();
  while (isRule(blocks.at(-1))) blocks.pop();
  return blocks.filter((block, i) => !isRule(block) || !isRule(blocks[i - 1]));
}

/** Quoted paragraphs in a row are one quotation. */
function joinQuotes(blocks: readonly RootContent[]): RootContent[] {
  const out: RootContent[] = [];
  for (const block of blocks) {
    const last = out.at(-1);
    if (block.type === 'blockquote' && last?.type === 'blockquote') {
      last.children = [...last.children, ...block.children];
    } else out.push(block);
  }
  return out;
}

function blocksOf(nodes: readonly RootContent[]): RootContent[] {
  return nodes.flatMap((node): RootContent[] => {
    switch (node.type) {
      case 'thematicBreak':
        return [{ type: 'thematicBreak' }];
      case 'heading': {
        const children = inline(node.children, true).phrasing();
        return children.length === 0
          ? []
          : [{ type: 'heading', depth: headingDepth(node.depth), children }];
      }
      case 'paragraph':
        return paragraph(node.children);
      case 'blockquote': {
        const children = blocksOf(node.children) as typeof node.children;
        return children.length === 0 ? [] : [{ type: 'blockquote', children }];
      }
      case 'list': {
        const children = node.children.flatMap((item): ListItem[] => {
          const inside = blocksOf(item.children) as typeof item.children;
          return inside.length === 0
            ? []
            : [{ type: 'listItem', spread: item.spread ?? false, children: inside }];
        });
        if (children.length === 0) return [];
        const { ordered = false, start = null, spread = false } = node;
        return [{ type: 'list', ordered, start, spread, children }];
      }
      case 'table':
        return [
          {
            type: 'table',
            align: node.align ?? [],
            children: node.children.map((row) => ({
              type: 'tableRow',
              children: row.children.map((cell) => ({
                type: 'tableCell',
                children: inline(cell.children, true).phrasing(),
              })),
            })),
          },
        ];
      case 'footnoteDefinition': {
        const { identifier, label = identifier } = node;
        const children = blocksOf(node.children) as typeof node.children;
        return [{ type: 'footnoteDefinition', identifier, label: label ?? identifier, children }];
      }
      case 'code':
        return paragraph([{ type: 'text', value: node.value }]);
      case 'yaml':
      case 'html':
      case 'definition':
        return [];
      case 'listItem':
      case 'tableRow':
      case 'tableCell':
        return blocksOf(node.children);
      default:
        return paragraph([node]);
    }
  });
}

function paragraph(nodes: readonly PhrasingContent[]): RootContent[] {
  const runs = inline(nodes, false);
  const children = runs.phrasing();
  if (children.length === 0) return [];
  if (isSceneBreak(runs.plain, false)) return [{ type: 'thematicBreak' }];
  return [{ type: 'paragraph', children }];
}

function inline(nodes: readonly PhrasingContent[], oneLine: boolean): Runs {
  const runs = new Runs();
  const read = (inner: readonly PhrasingContent[], look: Look): void => {
    for (const node of inner) {
      switch (node.type) {
        case 'text':
        case 'inlineCode':
          runs.text(node.value, look);
          break;
        case 'break':
          if (oneLine) runs.text(' ', look);
          else runs.break(look);
          break;
        case 'emphasis':
          read(node.children, { ...look, italic: true });
          break;
        case 'strong':
          read(node.children, { ...look, bold: true });
          break;
        case 'link':
          read(node.children, { ...look, link: node.url });
          break;
        case 'footnoteReference':
          runs.note(node.identifier, look);
          break;
        case 'image':
        case 'imageReference':
        case 'html':
          break;
        default:
          // Strikes, and blocks in cells of tables; spoiled pages have blocks without any text anywhere.
          if ('children' in node) read(node.children, look);
      }
    }
  };
  read(nodes, plainLook);
  return runs;
}
