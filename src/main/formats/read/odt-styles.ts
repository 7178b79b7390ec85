import { readXml } from './xml.ts';

interface Style {
  /** As people see it, in small letters, "_20_" being a space. */
  name: string;
  parent: string | null;
  italic?: boolean;
  bold?: boolean;
  centred?: boolean;
  hidden?: boolean;
  outline?: number;
}

export type Look = Omit<Style, 'parent' | 'name'> & { readonly names: readonly string[] };

/** The styles of an .odt: those with names in styles.xml, and those of single passages in content.xml. */
export class OdtStyles {
  readonly #styles = new Map<string, Style>();
  /** Lists that count, by their style's name; the levels of which they do. */
  readonly #lists = new Map<string, Map<number, { ordered: boolean; start: number }>>();
  readonly #known = new Map<string, Look>();
  language: string | null = null;

  /** Both files in turn. */
  read(xml: string): void {
    let style: Style | null = null;
    let list: Map<number, { ordered: boolean; start: number }> | null = null;
    let isDefault = false;
    readXml(xml, {
      open: (name, attributes) => {
        switch (name) {
          case 'style:default-style':
            isDefault = true;
            break;
          case 'style:style': {
            const id = attributes['style:name'] ?? '';
            const shown = attributes['style:display-name'] ?? id.replaceAll('_20_', ' ');
            style = {
              name: shown.toLowerCase(),
              parent: attributes['style:parent-style-name'] ?? null,
            };
            const outline = Number(attributes['style:default-outline-level']);
            if (outline > 0) style.outline = outline;
            this.#styles.set(key(attributes['style:family'], id), style);
            break;
          }
          case 'style:text-properties': {
            if (isDefault && attributes['fo:language'] !== undefined && this.language === null) {
              const country = attributes['fo:country'];
              const language = attributes['fo:language'];
              if (language !== 'zxx' && language !== 'none') {
                this.language = country && country !== 'none' ? `${language}-${country}` : language;
              }
            }
            if (!style) break;
            const slant = attributes['fo:font-style'];
            if (slant !== undefined) style.italic = slant !== 'normal';
            const weight = attributes['fo:font-weight'];
            if (weight !== undefined) style.bold = weight === 'bold' || Number(weight) >= 600;
            const display = attributes['text:display'];
            if (display !== undefined) style.hidden = display === 'none';
            break;
          }
          case 'style:paragraph-properties':
            if (style && attributes['fo:text-align'] !== undefined) {
              style.centred = attributes['fo:text-align'] === 'center';
            }
            break;
          case 'text:list-style':
            list = new Map();
            this.#lists.set(attributes['style:name'] ?? '', list);
            break;
          case 'text:list-level-style-number':
          case 'text:list-level-style-bullet':
            list?.set(Number(attributes['text:level']) - 1, {
              ordered: name.endsWith('number') && (attributes['style:num-format'] ?? '') !== '',
              start: Number(attributes['text:start-value']) || 1,
            });
            break;
        }
      },
      close: (name) => {
        if (name === 'style:style') style = null;
        else if (name === 'style:default-style') isDefault = false;
        else if (name === 'text:list-style') list = null;
      },
    });
  }

  /** What a style sets, with what it has from its parents, and the names of all of them, itself first. */
  of(family: 'paragraph' | 'text', id: string | undefined): Look {
    if (id === undefined) return nothing;
    const first = key(family, id);
    const known = this.#known.get(first);
    if (known) return known;
    const chain: Style[] = [];
    for (
      let style = this.#styles.get(first);
      style;
      style = this.#styles.get(key(family, style.parent ?? ''))
    ) {
      if (chain.includes(style) || chain.length > 20) break;
      chain.push(style);
    }
    const names = chain.map(({ name }) => name);
    // A style that no file describes has a name all the same.
    if (chain.length === 0) names.push(id.replaceAll('_20_', ' ').toLowerCase());
    const look: Look = { ...(Object.assign({}, ...chain.toReversed()) as Style), names };
    this.#known.set(first, look);
    return look;
  }

  list(id: string | null, level: number): { readonly ordered: boolean; readonly start: number } {
    return this.#lists.get(id ?? '')?.get(level) ?? { ordered: false, start: 1 };
  }
}

const nothing: Look = { names: [] };
const key = (family: string | undefined, id: string): string => `${family ?? ''} ${id}`;
