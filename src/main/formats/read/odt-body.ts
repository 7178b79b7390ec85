import { Flow, type Shape } from './flow.ts';
import type { Notes } from './notes.ts';
import type { Look as Style, OdtStyles } from './odt-styles.ts';
import { Runs, type Look } from './runs.ts';
import { TableReader } from './table.ts';
import type { Tally } from './tally.ts';
import type { Attributes, XmlReader } from './xml.ts';

interface Paragraph {
  readonly runs: Runs;
  readonly style: Style;
  readonly shape: Shape;
  /** A line is drawn in it. */
  isLine: boolean;
}

interface ItemList {
  readonly style: string | null;
  /** Whether a paragraph of the item that is open was read already. */
  goesOn: boolean;
}

/** What is passed over with all that is in it; some of it is counted. */
const passedOver: Readonly<Record<string, string | null>> = {
  'office:forms': null,
  'office:scripts': null,
  'office:annotation': 'comment',
  'office:annotation-end': null,
  'text:sequence-decls': null,
  'text:variable-decls': null,
  'text:user-field-decls': null,
  'text:note-citation': null,
  'text:table-of-content': 'table of contents',
  'text:illustration-index': 'table of contents',
  'text:table-index': 'table of contents',
  'text:alphabetical-index': 'index',
  'text:bibliography': 'bibliography',
  'text:user-index': 'index',
  'text:hidden-text': 'hidden passage',
  'text:hidden-paragraph': null,
  'text:ruby-text': null,
  'text:script': 'script',
  'draw:image': 'image',
  'draw:object': 'embedded object',
  'draw:object-ole': 'embedded object',
  'draw:plugin': 'embedded object',
};

/** Reads office:text. What was deleted under tracking stands apart, and is left out; the rest is text. */
export class OdtBody implements XmlReader {
  readonly #styles: OdtStyles;
  readonly #notes: Notes;
  readonly #tally: Tally;
  readonly #flows: Flow[] = [new Flow()];
  readonly #tables: TableReader[] = [];
  readonly #paragraphs: Paragraph[] = [];
  readonly #spans: Style[] = [];
  readonly #links: (string | null)[] = [];
  readonly #lists: ItemList[] = [];
  /** Lists outside of a note or a cell do not go on in it. */
  readonly #listBases: number[] = [0];
  readonly #noteKeys: string[] = [];
  #noteCount = 0;
  #skipping = 0;
  #inChanges = 0;
  #isText = false;

  constructor(styles: OdtStyles, notes: Notes, tally: Tally) {
    this.#styles = styles;
    this.#notes = notes;
    this.#tally = tally;
  }

  get flow(): Flow {
    return this.#flows[0]!;
  }

  /** Whether there was a text at all, and not a spreadsheet. */
  get isText(): boolean {
    return this.#isText;
  }

  open(name: string, attributes: Attributes): void {
    if (this.#skipping > 0) {
      this.#skipping++;
      return;
    }
    if (this.#inChanges > 0) {
      this.#inChanges++;
      if (name === 'text:deletion') this.#tally.drop('deleted passage');
      return;
    }
    if (!this.#isText) {
      this.#isText = name === 'office:text';
      return;
    }
    if (Object.hasOwn(passedOver, name)) {
      const what = passedOver[name];
      if (what) this.#tally.drop(what);
      this.#skipping = 1;
      return;
    }
    switch (name) {
      case 'text:tracked-changes':
        this.#inChanges = 1;
        break;
      case 'text:p':
      case 'text:h':
        this.#openParagraph(name === 'text:h', attributes);
        break;
      case 'text:span':
        this.#spans.push(this.#styles.of('text', attributes['text:style-name']));
        break;
      case 'text:a': {
        const target = attributes['xlink:href'] ?? '';
        this.#links.push(/^(?:https?|mailto):/i.test(target) ? target : null);
        break;
      }
      case 'text:s':
        this.#write(' '.repeat(Math.max(1, Math.min(100, Number(attributes['text:c']) || 1))));
        break;
      case 'text:tab':
        this.#write(' ');
        break;
      case 'text:line-break':
        this.#paragraph?.runs.break();
        break;
      case 'draw:rect':
      case 'draw:line':
        if (this.#paragraph) this.#paragraph.isLine = true;
        break;
      case 'text:note':
        this.#noteKeys.push(`note ${++this.#noteCount}`);
        break;
      case 'text:note-body':
        this.#enter();
        break;
      case 'text:list':
        this.#lists.push({
          style: attributes['text:style-name'] ?? this.#lists.at(-1)?.style ?? null,
          goesOn: false,
        });
        break;
      case 'text:list-item':
      case 'text:list-header':
        if (this.#lists.length > 0) this.#lists.at(-1)!.goesOn = false;
        break;
      case 'table:table':
        if (this.#tables.length > 0) this.#tables.at(-1)!.isSimple = false;
        this.#tables.push(new TableReader());
        break;
      case 'table:table-row':
        this.#tables.at(-1)?.row();
        break;
      case 'table:table-cell':
      case 'table:covered-table-cell': {
        const table = this.#tables.at(-1);
        const spans = ['table:number-columns-spanned', 'table:number-rows-spanned'];
        if (table && spans.some((span) => (attributes[span] ?? '1') !== '1'))
          table.isSimple = false;
        this.#enter();
        break;
      }
    }
  }

  close(name: string): void {
    if (this.#skipping > 0) {
      this.#skipping--;
      return;
    }
    if (this.#inChanges > 0) {
      this.#inChanges--;
      return;
    }
    switch (name) {
      case 'text:p':
      case 'text:h':
        this.#closeParagraph();
        break;
      case 'text:span':
        this.#spans.pop();
        break;
      case 'text:a':
        this.#links.pop();
        break;
      case 'text:note-body': {
        const flow = this.#leave();
        const note = this.#noteKeys.at(-1);
        if (flow && note !== undefined) this.#notes.define(note, flow.blocks);
        break;
      }
      case 'text:note': {
        const note = this.#noteKeys.pop();
        if (note !== undefined) this.#paragraph?.runs.note(this.#notes.refer(note));
        break;
      }
      case 'text:list':
        this.#lists.pop();
        break;
      case 'table:table-cell':
      case 'table:covered-table-cell': {
        const flow = this.#leave();
        if (flow) this.#tables.at(-1)?.cell(flow.blocks);
        break;
      }
      case 'table:table': {
        const reader = this.#tables.pop();
        if (!reader) break;
        const { table, blocks } = reader;
        if (table) this.#flow.add(table);
        else {
          if (blocks.length > 0) this.#tally.drop('table layout');
          for (const block of blocks) this.#flow.add(block);
        }
        break;
      }
    }
  }

  text(text: string): void {
    if (this.#skipping === 0 && this.#inChanges === 0)
      this.#write(text.replace(/[ \t\r\n]+/g, ' '));
  }

  get #flow(): Flow {
    return this.#flows.at(-1)!;
  }

  get #paragraph(): Paragraph | undefined {
    return this.#paragraphs.at(-1);
  }

  #enter(): void {
    this.#flows.push(new Flow());
    this.#listBases.push(this.#lists.length);
  }

  #leave(): Flow | null {
    if (this.#flows.length === 1) return null;
    this.#listBases.pop();
    return this.#flows.pop()!;
  }

  #write(text: string): void {
    const paragraph = this.#paragraph;
    if (!paragraph) return;
    const spans = this.#spans.filter(({ hidden }) => hidden !== undefined);
    if (spans.at(-1)?.hidden) {
      if (/\S/.test(text)) this.#tally.drop('hidden passage');
      return;
    }
    paragraph.runs.text(text, this.#look);
  }

  get #look(): Look {
    const styles = [this.#paragraph?.style, ...this.#spans];
    const mark = (name: 'italic' | 'bold'): boolean =>
      styles.findLast((style) => style?.[name] !== undefined)?.[name] ?? false;
    return { italic: mark('italic'), bold: mark('bold'), link: this.#links.at(-1) ?? null };
  }

  #openParagraph(isHeading: boolean, attributes: Attributes): void {
    const style = this.#styles.of('paragraph', attributes['text:style-name']);
    const depth = isHeading ? Number(attributes['text:outline-level']) || 1 : null;
    this.#paragraphs.push({
      runs: new Runs(),
      style,
      shape: this.#shapeOf(style, depth),
      isLine: false,
    });
  }

  #shapeOf({ names, outline }: Style, depth: number | null): Shape {
    const has = (name: RegExp): boolean => names.some((own) => name.test(own));
    if (names.some((name, i) => name === 'title' && i <= 1)) return { kind: 'title' };
    if (names.some((name, i) => name === 'author' && i <= 1)) return { kind: 'author' };
    if (depth !== null) return { kind: 'heading', depth };
    const level = this.#lists.length - this.#listBases.at(-1)! - 1;
    if (level >= 0) {
      const list = this.#lists.at(-1)!;
      const { goesOn } = list;
      list.goesOn = true;
      return { kind: 'item', level, ...this.#styles.list(list.style, level), goesOn };
    }
    if (outline !== undefined) return { kind: 'heading', depth: outline };
    if (has(/^(?:quotations?|block ?quot|block text|quote)/)) return { kind: 'quote' };
    return { kind: 'text' };
  }

  #closeParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    if (!paragraph) return;
    const { runs, style, shape } = paragraph;
    const { italic = false, bold = false, centred = false, names } = style;
    if (runs.isEmpty && (paragraph.isLine || names.includes('horizontal line'))) {
      return this.#flow.rule();
    }
    const setsMarks = shape.kind === 'quote' || shape.kind === 'heading';
    if (setsMarks || names.includes('table heading')) runs.without({ italic, bold });
    this.#flow.paragraph(shape, runs, centred);
  }
}
