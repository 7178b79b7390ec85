import type { Group } from './rtf-group.ts';
import { plainSetting, type RtfPage } from './rtf-page.ts';

/** Obeys a word that sets paragraphs or tables. */
export function layOut(page: RtfPage, group: Group, word: string, value: number | null): void {
  const { setting } = page;
  const { italic, bold, link, deleted } = group;
  switch (word) {
    case 'par':
    case 'sect':
    case '\r':
    case '\n':
      // The end of a paragraph that was deleted ends none.
      if (!deleted) page.endParagraph();
      break;
    case 'line':
    case 'lbr':
      if (!deleted) page.break({ italic, bold, link });
      break;
    case 'pard':
      page.setting = plainSetting();
      break;
    case 's':
      setting.style = value ?? 0;
      break;
    case 'outlinelevel':
      setting.outline = value;
      break;
    case 'qc':
      setting.centred = true;
      break;
    case 'ql':
    case 'qr':
    case 'qj':
      setting.centred = false;
      break;
    case 'li':
      setting.indent = value ?? 0;
      break;
    case 'fi':
      setting.firstLine = value ?? 0;
      break;
    case 'ls':
      setting.list = value;
      break;
    case 'ilvl':
      setting.level = value ?? 0;
      break;
    case 'brdrb':
    case 'brdrt':
      setting.border = true;
      break;
    case 'intbl':
      setting.inTable = true;
      break;
    case 'trowd':
      page.beginRow();
      break;
    case 'cell':
      page.endCell();
      break;
    case 'row':
      page.endRow();
      break;
    case 'nestcell':
    case 'nestrow':
    case 'clmrg':
    case 'clvmrg':
      page.unusualTable();
      if (word === 'nestcell') page.endParagraph();
      break;
  }
}
