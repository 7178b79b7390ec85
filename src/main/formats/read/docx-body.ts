import type { RootContent } from 'mdast';
import { DocxFields } from './docx-fields.ts';
import type { Lists } from './docx-lists.ts';
import { passedOver } from './docx-parts.ts';
import { readProperty, type Properties, type Styles } from './docx-styles.ts';
import { Flow, type Shape } from './flow.ts';
import { Runs, type Look } from './runs.ts';
import { TableReader } from './table.ts';
import type { Tally } from './tally.ts';
import type { Notes } from './notes.ts';
import type { Attributes, XmlReader } from './xml.ts';

export interface Surroundings {
  readonly styles: Styles;
  readonly lists: Lists;
  readonly notes: Notes;
  readonly tally: Tally;
  /** Targets of links that lead out of the file, by their id. */
  readonly links: ReadonlyMap<string, string>;
}

interface Paragraph {
  readonly runs: Runs;
  readonly own: Properties;
  style: string | null;
  /** Text boxes that hang on it: their text follows it. */
  readonly boxes: RootContent[];
  /** A line over or under it, or instead of it. */
  border: boolean;
  /** Its end was deleted, so that the next paragraph goes on with it. */
  endDeleted: boolean;
}

interface Run {
  readonly own: Properties;
  style: string | null;
}

/**
 * Reads w:body, w:footnote and their like. Insertions that were tracked are text, deletions are none;
 * text boxes follow their paragraph; the fields' last results are text, contents and indexes are left out.
 */
export class DocxBody implements XmlReader {
  readonly #around: Surroundings;
  /** Where blocks go: into the body, or a cell of a table. */
  readonly #flows: Flow[] = [new Flow()];
  readonly #tables: TableReader[] = [];
  readonly #paragraphs: Paragraph[] = [];
  readonly #runs: Run[] = [];
  readonly #fields: DocxFields;
  #link: string | null = null;
  /** Depth within what is passed over. */
  #skipping = 0;
  #inProperties: 'paragraph' | 'end' | 'run' | null = null;
  /** Of a paragraph whose end was deleted. */
  #pending: Runs | null = null;
  #text: 'text' | 'instruction' | null = null;
  /** Structured blocks that are open, and which of them is contents. */
  readonly #blocks: boolean[] = [];
  #contents = 0;
  #contentsOpen = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#fields = new DocxFields(around.tally);
  }

  get flow(): Flow {
    return this.#flows[0]!;
  }

  open(name: string, attributes: Attributes): void {
    if (this.#skipping > 0) {
      this.#skipping++;
      return;
    }
    const { tally } = this.#around;
    if (Object.hasOwn(passedOver, name)) {
      // In the properties of a paragraph or a row these mark the change itself.
      const what = passedOver[name];
      const isMark = this.#inProperties !== null;
      if (name === 'w:del' && this.#inProperties === 'end' && this.#paragraph) {
        this.#paragraph.endDeleted = true;
      }
      if (what && !isMark && !this.#isHidden) tally.drop(what);
      this.#skipping = 1;
      return;
    }
    const value = attributes['w:val'];
    switch (name) {
      case 'w:p':
        this.#paragraphs.push({
          runs: this.#paragraphs.length === 0 ? (this.#pending ?? new Runs()) : new Runs(),
          own: {},
          style: null,
          boxes: [],
          border: false,
          endDeleted: false,
        });
        if (this.#paragraphs.length === 1) this.#pending = null;
        break;
      case 'w:pPr':
        this.#inProperties = 'paragraph';
        break;
      case 'w:pStyle':
        if (this.#paragraph) this.#paragraph.style = value ?? null;
        break;
      case 'w:pBdr':
        if (this.#paragraph) this.#paragraph.border = true;
        break;
      case 'w:r':
        this.#runs.push({ own: {}, style: null });
        break;
      case 'w:rPr':
        // Within w:pPr it is of the mark at the paragraph's end.
        this.#inProperties = this.#inProperties === null ? 'run' : 'end';
        break;
      case 'w:rStyle':
        if (this.#run) this.#run.style = value ?? null;
        break;
      case 'w:t':
        this.#text = 'text';
        break;
      case 'w:instrText':
        this.#text = 'instruction';
        break;
      case 'w:tab':
        if (this.#inProperties === null) this.#write(' ');
        break;
      case 'w:br':
        if (attributes['w:type'] === undefined || attributes['w:type'] === 'textWrapping')
          this.#break();
        break;
      case 'w:cr':
        this.#break();
        break;
      case 'w:noBreakHyphen':
        this.#write('\u2011');
        break;
      case 'w:sym':
        tally.drop('symbol of a picture font');
        break;
      case 'w:footnoteReference':
      case 'w:endnoteReference': {
        const kind = name === 'w:footnoteReference' ? 'footnote' : 'endnote';
        if (this.#isShown) {
          this.#paragraph?.runs.note(this.#around.notes.refer(`${kind} ${attributes['w:id']}`));
        }
        break;
      }
      case 'w:commentReference':
        tally.drop('comment');
        break;
      case 'pic:pic':
      case 'v:imagedata':
        tally.drop('image');
        break;
      case 'v:rect':
        // A line across the page.
        if (attributes['o:hr'] !== undefined && this.#paragraph) this.#paragraph.border = true;
        break;
      case 'w:hyperlink':
        this.#link = this.#around.links.get(attributes['r:id'] ?? '') ?? null;
        break;
      case 'w:fldSimple':
        this.#fields.begin(attributes['w:instr'] ?? '');
        if (this.#contents === 0) this.#fields.count();
        break;
      case 'w:fldChar':
        this.#fields.mark(attributes['w:fldCharType']);
        if (attributes['w:fldCharType'] === 'separate' && this.#contents === 0)
          this.#fields.count();
        break;
      case 'w:sdt':
        this.#blocks.push(false);
        break;
      case 'w:docPartGallery':
        if (/^table of contents|^bibliograph/i.test(value ?? '') && this.#blocks.length > 0) {
          this.#blocks[this.#blocks.length - 1] = true;
          this.#contents++;
          if (/^table/i.test(value ?? '')) tally.drop('table of contents');
          else tally.drop('bibliography');
        }
        break;
      case 'w:tbl':
        if (this.#tables.length > 0) this.#tables.at(-1)!.isSimple = false;
        this.#tables.push(new TableReader());
        break;
      case 'w:tr':
        this.#tables.at(-1)?.row();
        break;
      case 'w:tc':
        this.#flows.push(new Flow());
        break;
      case 'w:gridSpan':
      case 'w:vMerge': {
        const table = this.#tables.at(-1);
        if (table && value !== '1') table.isSimple = false;
        break;
      }
      default:
        if (this.#inProperties === 'paragraph' && this.#paragraph) {
          readProperty(this.#paragraph.own, name, value);
        } else if (this.#inProperties === 'run' && this.#run) {
          readProperty(this.#run.own, name, value);
        }
    }
  }

  close(name: string): void {
    if (this.#skipping > 0) {
      this.#skipping--;
      return;
    }
    switch (name) {
      case 'w:p':
        this.#endParagraph();
        break;
      case 'w:pPr':
        this.#inProperties = null;
        break;
      case 'w:rPr':
        this.#inProperties = this.#inProperties === 'end' ? 'paragraph' : null;
        break;
      case 'w:r':
        this.#runs.pop();
        break;
      case 'w:t':
      case 'w:instrText':
        this.#text = null;
        break;
      case 'w:hyperlink':
        this.#link = null;
        break;
      case 'w:fldSimple':
        this.#fields.end();
        break;
      case 'w:sdt':
        if (this.#blocks.pop()) this.#contents--;
        break;
      case 'w:tc': {
        const flow = this.#flows.length > 1 ? this.#flows.pop() : undefined;
        if (flow) this.#tables.at(-1)?.cell(flow.blocks);
        break;
      }
      case 'w:tbl': {
        const reader = this.#tables.pop();
        if (!reader) break;
        const { table } = reader;
        if (table) this.#flow.add(table);
        else {
          if (reader.blocks.length > 0) this.#around.tally.drop('table layout');
          for (const block of reader.blocks) this.#flow.add(block);
        }
        break;
      }
    }
  }

  text(text: string): void {
    if (this.#skipping > 0) return;
    if (this.#text === 'text') this.#write(text);
    else if (this.#text === 'instruction') this.#fields.instruct(text);
  }

  get #flow(): Flow {
    return this.#flows.at(-1)!;
  }

  get #paragraph(): Paragraph | undefined {
    return this.#paragraphs.at(-1);
  }

  get #run(): Run | undefined {
    return this.#runs.at(-1);
  }

  get #isHidden(): boolean {
    const run = this.#run;
    if (!run) return false;
    return run.own.hidden ?? this.#around.styles.ofRun(run.style).hidden ?? false;
  }

  /** Not an instruction, nor in contents. */
  get #isShown(): boolean {
    return this.#contents === 0 && this.#fields.isShown;
  }

  get #look(): Look {
    const { styles } = this.#around;
    const run = this.#run;
    const ofRun = styles.ofRun(run?.style ?? null);
    const ofParagraph = styles.of(this.#paragraph?.style ?? null);
    // A style of a run turns what its paragraph's style turned on.
    const mark = (name: 'italic' | 'bold'): boolean =>
      run?.own[name] ?? (ofRun[name] ?? false) !== (ofParagraph[name] ?? false);
    return { italic: mark('italic'), bold: mark('bold'), link: this.#link };
  }

  #write(text: string): void {
    if (!this.#isShown || !this.#run) return;
    if (this.#isHidden) {
      if (/\S/.test(text)) this.#around.tally.drop('hidden passage');
      return;
    }
    this.#paragraph?.runs.text(text, this.#look);
  }

  #break(): void {
    if (this.#isShown && !this.#isHidden) this.#paragraph?.runs.break();
  }

  #endParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    if (!paragraph) return;
    const { runs, own, style, border, boxes, endDeleted } = paragraph;
    if (endDeleted && this.#paragraphs.length === 0) {
      this.#pending = runs;
      return;
    }
    const { styles } = this.#around;
    const set = { ...styles.of(style), ...own };
    const flow = this.#paragraphs.length > 0 ? new Flow() : this.#flow;
    const shape = this.#shapeOf(style, own, set);
    if (shape === 'contents') this.#dropContents(runs);
    else if (runs.isEmpty && border && this.#isShown) flow.rule();
    else {
      this.#contentsOpen = false;
      const { italic = false, bold = false } = styles.of(style);
      if (shape.kind !== 'text' && shape.kind !== 'item')
        runs.without({ italic, bold: bold || shape.kind === 'heading' });
      flow.paragraph(shape, runs, set.centred ?? false);
    }
    // A paragraph within another stands in a box, which its text follows.
    const outer = this.#paragraph;
    if (outer) outer.boxes.push(...flow.blocks);
    for (const block of boxes) flow.add(block);
  }

  #dropContents(runs: Runs): void {
    if (!runs.isEmpty && !this.#contentsOpen) this.#around.tally.drop('table of contents');
    this.#contentsOpen = !runs.isEmpty || this.#contentsOpen;
  }

  #shapeOf(style: string | null, own: Properties, set: Properties): Shape | 'contents' {
    const named = this.#around.styles.shape(style);
    if (named === 'contents') return named;
    if (own.outline !== undefined && own.outline < 9)
      return { kind: 'heading', depth: own.outline + 1 };
    if (named !== null) return named;
    if (set.outline !== undefined && set.outline < 9)
      return { kind: 'heading', depth: set.outline + 1 };
    const list = { ...this.#around.styles.of(style).list, ...own.list };
    if (list.id === undefined) return { kind: 'text' };
    const level = Math.max(0, Math.min(8, list.level ?? 0));
    const found = this.#around.lists.level(list.id, level);
    if (!found) return { kind: 'text' };
    return { kind: 'item', level, ...found, goesOn: false };
  }
}
