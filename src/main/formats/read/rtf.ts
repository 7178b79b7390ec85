import type { Reading } from '../prose.ts';
import { damaged } from '../refusal.ts';
import { Notes } from './notes.ts';
import { codePageOf, decodeCodePage, languageOf } from './rtf-code-pages.ts';
import { RtfHeader } from './rtf-header.ts';
import { outermost, setLook, type Group } from './rtf-group.ts';
import { layOut } from './rtf-layout.ts';
import { RtfPage } from './rtf-page.ts';
import { isPandoc } from './rtf-pandoc.ts';
import { tokensOf } from './rtf-tokens.ts';
import { characters, codePageWords, passedOver } from './rtf-words.ts';
import { Tally } from './tally.ts';

/** Rich Text Format, as Word, WordPad, TextEdit, LibreOffice and Scrivener write it. */
export function readRtf(bytes: Buffer): Reading {
  return new RtfReader(isPandoc(bytes)).read(bytes);
}

class RtfReader {
  readonly #tally = new Tally();
  readonly #notes = new Notes();
  readonly #header: RtfHeader;
  readonly #pages: RtfPage[];
  readonly #groups: Group[] = [];
  #group: Group = outermost;
  #codePage = 1252;
  #defaultFont = 0;
  #language: string | null = null;
  #title = '';
  #author = '';
  #noteCount = 0;
  #inDeletion = false;
  /** Whether the header or footer that is read holds text. */
  #edgeText = false;
  /** \* was read: what follows may be left out by who does not know it. */
  #optional = false;
  /** Characters still to be passed over after \u. */
  #toSkip = 0;
  #bytes: Buffer[] = [];

  constructor(isPandoc: boolean) {
    this.#header = new RtfHeader(isPandoc);
    this.#pages = [new RtfPage(this.#header, this.#tally)];
  }

  read(bytes: Buffer): Reading {
    for (const token of tokensOf(bytes)) {
      if (token.kind === 'text') {
        this.#bytes.push(this.#afterFallback(token.bytes));
        continue;
      }
      this.#flush();
      switch (token.kind) {
        case 'open':
          this.#groups.push(this.#group);
          this.#group = { ...this.#group, end: null };
          this.#toSkip = 0;
          this.#optional = false;
          if (this.#group.destination === 'styles') this.#header.openStyle();
          break;
        case 'close': {
          const { end } = this.#group;
          const outer = this.#groups.pop();
          if (!outer) throw damaged();
          this.#group = outer;
          this.#toSkip = 0;
          end?.();
          break;
        }
        case 'word':
          if (this.#toSkip > 0) this.#toSkip--;
          else this.#word(token.word, token.value);
          break;
      }
    }
    this.#flush();
    const flow = this.#pages[0]!.end();
    const { blocks } = flow;
    return {
      prose: {
        title: flow.title ?? (this.#title.trim() || null),
        author: flow.author ?? (this.#author.trim() || null),
        language: this.#language,
        body: { type: 'root', children: [...blocks, ...this.#notes.definitions] },
      },
      dropped: this.#tally.dropped,
    };
  }

  get #page(): RtfPage {
    return this.#pages.at(-1)!;
  }

  /** Without the characters that stand in for one of Unicode. */
  #afterFallback(bytes: Buffer): Buffer {
    const skipped = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= skipped;
    return bytes.subarray(skipped);
  }

  #flush(): void {
    if (this.#bytes.length === 0) return;
    const bytes = this.#bytes.length === 1 ? this.#bytes[0]! : Buffer.concat(this.#bytes);
    this.#bytes = [];
    if (bytes.length === 0) return;
    const font = this.#header.fonts.get(
      this.#group.font === -1 ? this.#defaultFont : this.#group.font,
    );
    if (font?.isSymbols && this.#group.destination === 'body') {
      this.#tally.drop('symbol of a picture font');
      return;
    }
    this.#write(decodeCodePage(bytes, font?.codePage ?? this.#codePage));
  }

  #write(text: string): void {
    const { destination, italic, bold, link, hidden, deleted, field } = this.#group;
    switch (destination) {
      case 'body':
        if (deleted) {
          if (!this.#inDeletion) this.#tally.drop('deleted passage');
          this.#inDeletion = true;
        } else if (hidden) {
          if (/\S/.test(text)) this.#tally.drop('hidden passage');
        } else {
          this.#inDeletion = false;
          // Marks that Scrivener leaves in the text for its own styles.
          const plain = text.replace(/<!?\$Scr_\w+::\d+>/g, '');
          this.#page.text(plain, { italic, bold, link });
        }
        break;
      case 'styles':
        this.#header.styleName(text);
        break;
      case 'title':
        this.#title += text;
        break;
      case 'author':
        this.#author += text;
        break;
      case 'instruction':
        if (field) field.instruction += text;
        break;
      case 'edge':
        this.#edgeText ||= /\p{L}/u.test(text);
        break;
      case 'skip':
      case 'fonts':
      case 'lists':
        break;
    }
  }

  #word(word: string, value: number | null): void {
    const group = this.#group;
    if (word === '*') {
      this.#optional = true;
      return;
    }
    const optional = this.#optional;
    this.#optional = false;
    if (this.#enter(word)) return;
    if (optional) {
      group.destination = 'skip';
      return;
    }
    if (word === 'u') {
      this.#write(String.fromCharCode((value ?? 0) & 0xffff));
      this.#toSkip = group.fallback;
      return;
    }
    const character = characters[word];
    if (character !== undefined) return this.#write(character);
    const { destination } = group;
    if (destination === 'fonts') return this.#header.font(word, value);
    if (destination === 'styles') return this.#header.style(word, value);
    if (destination === 'lists') return this.#header.list(word, value);
    setLook(group, word, value);
    this.#file(word, value);
    if (group.destination === 'body') layOut(this.#page, group, word, value);
  }

  /** Whether the word begins a destination. */
  #enter(word: string): boolean {
    const group = this.#group;
    if (Object.hasOwn(passedOver, word)) {
      const what = passedOver[word];
      if (what && group.destination === 'body') this.#tally.drop(what);
      group.destination = 'skip';
      return true;
    }
    switch (word) {
      case 'fonttbl':
        group.destination = 'fonts';
        return true;
      case 'stylesheet':
        group.destination = 'styles';
        return true;
      case 'listtable':
      case 'listoverridetable':
        group.destination = 'lists';
        return true;
      case 'info':
        group.destination = 'skip';
        return true;
      case 'title':
      case 'author':
        group.destination = word;
        return true;
      case 'header':
      case 'headerl':
      case 'headerr':
      case 'headerf':
      case 'footer':
      case 'footerl':
      case 'footerr':
      case 'footerf': {
        group.destination = 'edge';
        this.#edgeText = false;
        group.end = () => {
          if (this.#edgeText) this.#tally.drop(`page ${word.slice(0, 6)}`);
        };
        return true;
      }
      case 'footnote':
        this.#openNote();
        return true;
      case 'field':
        group.field = { instruction: '' };
        return true;
      case 'fldinst':
        if (group.destination !== 'body') return true;
        group.destination = 'instruction';
        return true;
      case 'fldrslt':
        this.#openResult();
        return true;
      case 'shppict':
        return true;
      case 'shpinst':
        group.destination = 'skip';
        return true;
      case 'shptxt':
        group.destination = 'body';
        return true;
      case 'ud':
        group.destination = this.#groups.at(-2)?.destination ?? 'body';
        return true;
      case 'object':
        if (group.destination === 'body') this.#tally.drop('embedded object');
        group.destination = 'skip';
        return true;
      default:
        return false;
    }
  }

  #openNote(): void {
    const group = this.#group;
    if (group.destination !== 'body' || group.deleted) {
      group.destination = 'skip';
      return;
    }
    const key = `note ${++this.#noteCount}`;
    this.#page.note(this.#notes.refer(key), { italic: false, bold: false, link: null });
    this.#pages.push(new RtfPage(this.#header, this.#tally));
    group.italic = false;
    group.bold = false;
    group.end = () => {
      const page = this.#pages.pop()!;
      this.#notes.define(key, page.end().blocks);
    };
  }

  #openResult(): void {
    const group = this.#group;
    const instruction = group.field?.instruction ?? '';
    const address = /^\s*HYPERLINK\s+"((?:https?|mailto):[^"]+)"/i.exec(instruction)?.[1];
    if (address !== undefined) group.link = address;
    if (group.destination === 'body' && /^\s*(?:TOC|INDEX)\b/i.test(instruction)) {
      this.#tally.drop(/TOC/i.test(instruction) ? 'table of contents' : 'index');
      group.destination = 'skip';
    }
  }

  /** Words that say something of the whole file. */
  #file(word: string, value: number | null): void {
    switch (word) {
      case 'deff':
        this.#defaultFont = value ?? 0;
        break;
      case 'deflang':
        this.#language = languageOf(value ?? 0);
        break;
      case 'ansicpg':
        this.#codePage = value && value > 0 ? value : 1252;
        break;
      case 'mac':
      case 'pc':
      case 'pca':
      case 'ansi':
        this.#codePage = codePageWords[word] ?? codePageOf(0) ?? 1252;
        break;
    }
  }
}
