import type { Element, Nodes, RootContent } from 'hast';
import { hostile } from '../refusal.ts';
import { declared, type ClassLook } from './css.ts';

/** Elements within each other, in HTML, where word processors are careless. */
const DEEPEST = 400;
/** Tags without an end, or whose end may be left out. */
const unclosed =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|tr|td|th|thead|tbody|tfoot|colgroup|option|optgroup|rp|rt|html|head|body|font|b|i|u|span|a|em|strong|big|small|tt)$/;

/**
 * Looks over HTML before it is parsed: elements within each other without end take a parser a day.
 *
 * @throws Refusal
 */
export function assertShallow(html: string): void {
  let depth = 0;
  let inline = 0;
  for (const [, end, name] of html.matchAll(/<(\/?)([a-zA-Z][^\s/>]{0,20})/g)) {
    const step = end === '/' ? -1 : 1;
    if (unclosed.test(name!.toLowerCase())) inline = Math.max(0, inline + step);
    else depth = Math.max(0, depth + step);
    // Ends that may be left out are, by the thousand: of paragraphs, and by mistake of other things.
    if (depth > DEEPEST || inline > 200_000) throw tooDeep();
  }
}

const tooDeep = (): Error => hostile(`holds more than ${DEEPEST} elements within each other`);

/** The same of what was parsed, so that what walks it needs no care. */
export function assertShallowTree(root: Nodes): void {
  let level: readonly Nodes[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw tooDeep();
    level = level.flatMap((node) => ('children' in node ? node.children : []));
  }
}

export const isElement = (node: Nodes): node is Element => node.type === 'element';

/** An attribute as text; "" where there is none. */
export function attribute(element: Element, name: string): string {
  const value = element.properties[name];
  if (value === undefined || value === null || value === false) return '';
  return Array.isArray(value) ? value.join(' ') : String(value);
}

export const classesOf = (element: Element): readonly string[] =>
  attribute(element, 'className').split(/\s+/).filter(Boolean);

/** What EPUB and ARIA call it: "noteref", "toc", "doc-endnotes" and so on. */
export const rolesOf = (element: Element): readonly string[] =>
  `${attribute(element, 'epub:type')} ${attribute(element, 'role').replaceAll('doc-', '')}`
    .split(/\s+/)
    .filter(Boolean);

export function textOf(node: Nodes): string {
  if (node.type === 'text') return node.value;
  return 'children' in node ? node.children.map(textOf).join('') : '';
}

/** How an element looks by its own style and its classes. */
export function lookOf(element: Element, looks: ReadonlyMap<string, ClassLook>): ClassLook {
  const out: ClassLook = {};
  for (const name of classesOf(element)) Object.assign(out, looks.get(name));
  if (attribute(element, 'align').toLowerCase() === 'center') out.centred = true;
  const style = attribute(element, 'style');
  if (style !== '') Object.assign(out, declared(style));
  return out;
}

/** All elements below, in order. */
export function* elementsIn(nodes: readonly RootContent[]): Generator<Element> {
  for (const node of nodes) {
    if (!isElement(node)) continue;
    yield node;
    yield* elementsIn(node.children);
  }
}
