import type { Element, ElementContent, Root } from 'hast';
import { attribute, classesOf, elementsIn, isElement, rolesOf, textOf } from './hast.ts';

/** A footnote of a page: where it is referred to, and what it says. */
export interface HtmlNote {
  readonly reference: Element;
  readonly body: Element;
  /** Links of the note back to its reference. */
  readonly ways: ReadonlySet<Element>;
}

/** A number or a sign, as footnotes are marked with. */
const mark = /^[\s[({]*(?:\d{1,4}|[*†‡§¶‖]{1,4}|[a-z]|[ivxlc]{1,7})[\])}\s.:]*$/i;
const holders = new Set(['li', 'aside', 'dd', 'p', 'div', 'section']);
const noteName = /(?:ftn|edn|foot-?note|end-?note|^f?note|^fn)/i;

/**
 * The footnotes of a page: links that say so, and links with a mark whose target links back, as every
 * program writes them.
 */
export function notesOf(root: Root): readonly HtmlNote[] {
  const named = new Map<string, Element>();
  const parents = new Map<Element, Element>();
  for (const element of elementsIn(root.children)) {
    for (const name of [attribute(element, 'id'), attribute(element, 'name')]) {
      if (name !== '' && !named.has(name)) named.set(name, element);
    }
    for (const child of element.children) if (isElement(child)) parents.set(child, element);
  }
  const notes: HtmlNote[] = [];
  const bodies = new Set<Element>();
  const back = new Set<Element>();
  for (const reference of elementsIn(root.children)) {
    const target = targetOf(reference);
    const end = target === null ? undefined : named.get(target);
    if (!end || end === reference || back.has(reference)) continue;
    const says =
      rolesOf(reference).includes('noteref') ||
      classesOf(reference).some((name) =>
        /^(?:footnote-?ref|sd(?:foot|end)noteanc|noteref)$/i.test(name),
      );
    if (!says && !mark.test(textOf(reference))) continue;
    const body = holderOf(end, parents);
    if (!body || bodies.has(body) || isWithin(reference, body, parents)) continue;
    const ways = waysBack(body, reference, parents);
    if (!says && ways.size === 0) continue;
    bodies.add(body);
    for (const way of ways) back.add(way);
    notes.push({ reference, body, ways });
  }
  return notes;
}

function targetOf(element: Element): string | null {
  if (element.tagName !== 'a') return null;
  const href = attribute(element, 'href');
  if (!href.startsWith('#') || href.length < 2) return null;
  try {
    return decodeURIComponent(href.slice(1));
  } catch {
    return href.slice(1);
  }
}

/** The block that holds a note of which this is the beginning. */
function holderOf(start: Element, parents: ReadonlyMap<Element, Element>): Element | null {
  let holder: Element | undefined = start;
  while (holder && !holders.has(holder.tagName)) holder = parents.get(holder);
  if (!holder) return null;
  const parent = parents.get(holder);
  const isWhole =
    holder.tagName === 'p' &&
    parent !== undefined &&
    ['div', 'aside', 'li', 'dd'].includes(parent.tagName) &&
    (parent.tagName !== 'div' || noteName.test(attribute(parent, 'id')));
  return isWhole ? parent : holder;
}

function isWithin(
  element: Element,
  holder: Element,
  parents: ReadonlyMap<Element, Element>,
): boolean {
  for (let up: Element | undefined = element; up; up = parents.get(up))
    if (up === holder) return true;
  return false;
}

function waysBack(
  body: Element,
  reference: Element,
  parents: ReadonlyMap<Element, Element>,
): ReadonlySet<Element> {
  const own = new Set<string>();
  let up: Element | undefined = reference;
  for (let i = 0; up && i < 3; i++, up = parents.get(up)) {
    for (const name of [attribute(up, 'id'), attribute(up, 'name')]) if (name !== '') own.add(name);
  }
  const anchors = reference.children as readonly ElementContent[];
  for (const child of elementsIn(anchors)) {
    const id = attribute(child, 'id');
    if (id !== '') own.add(id);
  }
  const ways = new Set<Element>();
  for (const link of elementsIn(body.children)) {
    const target = targetOf(link);
    const says = rolesOf(link).includes('backlink') || classesOf(link).includes('footnote-back');
    if (says || (target !== null && own.has(target))) ways.add(link);
  }
  return ways;
}
