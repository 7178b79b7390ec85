import type { Shape } from './flow.ts';
import { readXml } from './xml.ts';

/** What a style, or a paragraph or run itself, says; undefined where it says nothing. */
export interface Properties {
  italic?: boolean;
  bold?: boolean;
  hidden?: boolean;
  centred?: boolean;
  /** 0 for the outermost; 9 for plain text. */
  outline?: number;
  list?: { id?: string; level?: number };
}

interface Style {
  name: string;
  basedOn: string | null;
  readonly own: Properties;
}

/** A switch of Word's: on where it stands without a value. */
export const isOn = (value: string | undefined): boolean =>
  value === undefined || !['0', 'false', 'off', 'none'].includes(value);

/** Reads one element within w:pPr or w:rPr into `properties`. */
export function readProperty(
  properties: Properties,
  name: string,
  value: string | undefined,
): void {
  switch (name) {
    case 'w:i':
      properties.italic = isOn(value);
      break;
    case 'w:b':
      properties.bold = isOn(value);
      break;
    case 'w:vanish':
      properties.hidden = isOn(value);
      break;
    case 'w:jc':
      properties.centred = value === 'center';
      break;
    case 'w:outlineLvl':
      properties.outline = Number(value);
      break;
    case 'w:ilvl':
      properties.list = { ...properties.list, level: Number(value) };
      break;
    case 'w:numId':
      properties.list = { ...properties.list, id: value ?? '0' };
      break;
  }
}

/** The styles of a .docx, each with what it has from those it is based on. */
export class Styles {
  readonly #styles = new Map<string, Style>();
  readonly #known = new Map<string, Properties>();
  #default: string | null = null;
  language: string | null = null;

  read(xml: string): void {
    let style: Style | null = null;
    let inDefaults = false;
    readXml(xml, {
      open: (name, attributes) => {
        const value = attributes['w:val'];
        switch (name) {
          case 'w:docDefaults':
            inDefaults = true;
            break;
          case 'w:lang':
            if (inDefaults && value) this.language = value;
            break;
          case 'w:style': {
            style = { name: '', basedOn: null, own: {} };
            const id = attributes['w:styleId'];
            if (id === undefined) break;
            this.#styles.set(id, style);
            const isDefault = attributes['w:default'];
            if (
              attributes['w:type'] === 'paragraph' &&
              isDefault !== undefined &&
              isOn(isDefault)
            ) {
              this.#default = id;
            }
            break;
          }
          case 'w:name':
            if (style) style.name = (value ?? '').toLowerCase();
            break;
          case 'w:basedOn':
            if (style) style.basedOn = value ?? null;
            break;
          default:
            if (style) readProperty(style.own, name, value);
        }
      },
      close: (name) => {
        if (name === 'w:style') style = null;
        else if (name === 'w:docDefaults') inDefaults = false;
      },
    });
  }

  /** The style and those it is based on, itself first. */
  #chain(id: string | null): readonly Style[] {
    const chain: Style[] = [];
    for (
      let style = this.#styles.get(id ?? '');
      style;
      style = this.#styles.get(style.basedOn ?? '')
    ) {
      if (chain.includes(style) || chain.length > 20) break;
      chain.push(style);
    }
    return chain;
  }

  /** What is set by a style, or by the paragraphs' usual one. */
  of(id: string | null): Properties {
    const key = id ?? '';
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#gather(id);
    this.#known.set(key, found);
    return found;
  }

  #gather(id: string | null): Properties {
    const out: Properties = {};
    for (const style of this.#chain(id ?? this.#default).toReversed()) {
      const { list, ...set } = style.own;
      Object.assign(out, set, list === undefined ? {} : { list: { ...out.list, ...list } });
    }
    return out;
  }

  /** A run's own style: nothing for the paragraphs' usual one. */
  ofRun(id: string | null): Properties {
    return id === null ? {} : this.of(id);
  }

  /** By the style's name, which is English in any language; null for a plain one. */
  shape(id: string | null): Shape | 'contents' | null {
    const chain = this.#chain(id);
    const own = chain[0]?.name;
    if (own === 'title' || own === 'author') return { kind: own };
    for (const { name } of chain) {
      const heading = /^heading ([1-9])$/.exec(name)?.[1];
      if (heading !== undefined) return { kind: 'heading', depth: Number(heading) };
      if (/^(?:intense )?quote$|^quotations?$|^block ?(?:text|quote)/.test(name))
        return { kind: 'quote' };
      if (/^toc (?:heading|\d)$|^contents heading$|^table of (?:contents|figures)/.test(name))
        return 'contents';
    }
    return null;
  }
}
