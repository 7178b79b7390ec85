import { codePageOf, SYMBOLS } from './rtf-code-pages.ts';
import type { Shape } from './flow.ts';

export interface Font {
  charset: number;
  /** Null for the file's own. */
  codePage: number | null;
  isSymbols: boolean;
}

export interface RtfStyle {
  name: string;
  outline: number | null;
  centred: boolean;
  italic: boolean;
  bold: boolean;
  basedOn: number | null;
}

interface Level {
  readonly ordered: boolean;
  start: number;
}

/** What stands before the text: fonts, styles, lists. Destinations fill it in. */
export class RtfHeader {
  /** Pandoc wrote it, which says in its own way what a list is. */
  readonly isPandoc: boolean;
  readonly fonts = new Map<number, Font>();
  readonly styles = new Map<number, RtfStyle>();
  /** Of each list, by its id, which levels count. */
  readonly lists = new Map<number, Level[]>();
  /** Lists by the numbers that paragraphs use. */
  readonly overrides = new Map<number, number>();
  #font: Font | null = null;
  #style: RtfStyle | null = null;
  #levels: Level[] = [];
  #list: number | null = null;

  constructor(isPandoc: boolean) {
    this.isPandoc = isPandoc;
  }

  font(word: string, value: number | null): void {
    if (word === 'f') {
      this.#font = { charset: 1, codePage: null, isSymbols: false };
      this.fonts.set(value ?? 0, this.#font);
    } else if (word === 'fcharset' && this.#font) {
      this.#font.charset = value ?? 0;
      this.#font.codePage ??= codePageOf(value ?? 0);
      this.#font.isSymbols = value === SYMBOLS;
    } else if (word === 'cpg' && this.#font) this.#font.codePage = value;
  }

  /** A style without a number is number 0. */
  openStyle(): void {
    this.#style = {
      name: '',
      outline: null,
      centred: false,
      italic: false,
      bold: false,
      basedOn: null,
    };
    if (!this.styles.has(0)) this.styles.set(0, this.#style);
  }

  style(word: string, value: number | null): void {
    const style = this.#style;
    if (!style) return;
    switch (word) {
      case 's':
        if (this.styles.get(0) === style) this.styles.delete(0);
        this.styles.set(value ?? 0, style);
        break;
      case 'cs':
      case 'ds':
      case 'ts':
        // No paragraph's style.
        if (this.styles.get(0) === style) this.styles.delete(0);
        break;
      case 'sbasedon':
        style.basedOn = value;
        break;
      case 'outlinelevel':
        style.outline = value;
        break;
      case 'qc':
        style.centred = true;
        break;
      case 'i':
        style.italic = value !== 0;
        break;
      case 'b':
        style.bold = value !== 0;
        break;
    }
  }

  styleName(text: string): void {
    if (this.#style) this.#style.name += text;
  }

  list(word: string, value: number | null): void {
    switch (word) {
      case 'list':
        this.#levels = [];
        break;
      case 'levelnfc':
      case 'levelnfcn':
        if (word === 'levelnfc') {
          this.#levels.push({ ordered: value !== 23 && value !== 255, start: 1 });
        }
        break;
      case 'levelstartat': {
        const level = this.#levels.at(-1);
        if (level) level.start = value ?? 1;
        break;
      }
      case 'listid':
        // In the table of lists it ends one; in the table of overrides it begins one.
        this.#list = value;
        if (this.#levels.length > 0) this.lists.set(value ?? 0, this.#levels);
        this.#levels = [];
        break;
      case 'ls':
        if (this.#list !== null) this.overrides.set(value ?? 0, this.#list);
        break;
    }
  }

  /** By a style's name, or that of one it is based on; the level of its outline comes first. */
  shapeOf(number: number): Shape | 'contents' {
    const seen = new Set<RtfStyle>();
    for (let style = this.styles.get(number), i = 0; style && !seen.has(style); i++) {
      seen.add(style);
      const name = style.name.replace(/;.*$/s, '').trim().toLowerCase();
      if (style.outline !== null && style.outline < 9)
        return { kind: 'heading', depth: style.outline + 1 };
      const heading = /^heading ([1-9])/.exec(name)?.[1];
      if (heading !== undefined) return { kind: 'heading', depth: Number(heading) };
      if (i === 0 && name === 'title') return { kind: 'title' };
      if (i === 0 && name === 'author') return { kind: 'author' };
      if (/^(?:intense )?quote$|^quotations?$|^block ?(?:text|quot)/.test(name))
        return { kind: 'quote' };
      if (/^toc (?:heading|\d)|^contents (?:heading|\d)/.test(name)) return 'contents';
      style = style.basedOn === null ? undefined : this.styles.get(style.basedOn);
    }
    return { kind: 'text' };
  }

  level(override: number, level: number): Readonly<Level> {
    const levels = this.lists.get(this.overrides.get(override) ?? 0);
    return levels?.[level] ?? { ordered: false, start: 1 };
  }
}
