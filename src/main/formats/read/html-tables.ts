import type { Element } from 'hast';
import { attribute, isElement } from './hast.ts';

/** What begins a line of its own. */
export const isBlock = ({ tagName }: Element): boolean =>
  /^(?:p|div|h[1-6]|table|ul|ol|blockquote|br|pre)$/.test(tagName);

/** Whether a cell reaches over several rows or columns. */
export const spans = (cell: Element): boolean =>
  ['colSpan', 'rowSpan'].some((name) => /^(?:[2-9]|\d\d)/.test(attribute(cell, name)));

/** The cells of a table by rows, those of tables within it aside. */
export function rowsOf(table: Element): Element[][] {
  return table.children.filter(isElement).flatMap((child): Element[][] => {
    if (/^(?:thead|tbody|tfoot)$/.test(child.tagName)) return rowsOf(child);
    if (child.tagName !== 'tr') return [];
    return [child.children.filter(isElement).filter(({ tagName }) => /^t[dh]$/.test(tagName))];
  });
}
