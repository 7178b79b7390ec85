import { readXml } from './xml.ts';

interface Level {
  ordered: boolean;
  start: number;
}

/** The lists of a .docx: which of them count. */
export class Lists {
  readonly #abstract = new Map<string, Map<number, Level>>();
  readonly #lists = new Map<string, string>();

  read(xml: string): void {
    let levels: Map<number, Level> | null = null;
    let level: Level | null = null;
    let list: string | null = null;
    readXml(xml, {
      open: (name, attributes) => {
        const value = attributes['w:val'];
        switch (name) {
          case 'w:abstractNum':
            levels = new Map();
            this.#abstract.set(attributes['w:abstractNumId'] ?? '', levels);
            break;
          case 'w:lvl':
            level = { ordered: false, start: 1 };
            levels?.set(Number(attributes['w:ilvl']), level);
            break;
          case 'w:start':
            if (level) level.start = Number(value) || 1;
            break;
          case 'w:numFmt':
            if (level) level.ordered = value !== 'bullet' && value !== 'none';
            break;
          case 'w:num':
            list = attributes['w:numId'] ?? null;
            break;
          case 'w:abstractNumId':
            if (list !== null && value !== undefined) this.#lists.set(list, value);
            break;
        }
      },
      close: (name) => {
        if (name === 'w:abstractNum') levels = null;
        else if (name === 'w:lvl') level = null;
        else if (name === 'w:num') list = null;
      },
    });
  }

  /** Null for a list that is none: Word takes a paragraph out of a list by naming such a one. */
  level(id: string, level: number): Level | null {
    if (id === '0') return null;
    const abstract = this.#lists.get(id);
    if (abstract === undefined) return null;
    return this.#abstract.get(abstract)?.get(level) ?? { ordered: false, start: 1 };
  }
}
