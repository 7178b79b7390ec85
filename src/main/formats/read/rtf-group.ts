/** Groups of Rich Text Format, and what is set within them. */

/** Where text goes to. */
export type Destination =
  'body' | 'skip' | 'fonts' | 'styles' | 'lists' | 'title' | 'author' | 'instruction' | 'edge';

/** What a group has, and its end takes back. */
export interface Group {
  destination: Destination;
  italic: boolean;
  bold: boolean;
  hidden: boolean;
  deleted: boolean;
  font: number;
  /** Characters that follow \u for programs that do not know it. */
  fallback: number;
  link: string | null;
  /** The field it is in. */
  field: { instruction: string } | null;
  end: (() => void) | null;
}

/** What holds before any group says otherwise. */
export const outermost: Group = {
  destination: 'body',
  italic: false,
  bold: false,
  hidden: false,
  deleted: false,
  font: -1,
  fallback: 1,
  link: null,
  field: null,
  end: null,
};

/** Words that count within the group, wherever its text goes. */
export function setLook(group: Group, word: string, value: number | null): void {
  const isOn = value !== 0;
  switch (word) {
    case 'i':
      group.italic = isOn;
      break;
    case 'b':
      group.bold = isOn;
      break;
    case 'v':
      group.hidden = isOn;
      break;
    case 'deleted':
      group.deleted = isOn;
      break;
    case 'plain':
      group.italic = false;
      group.bold = false;
      group.hidden = false;
      group.deleted = false;
      group.font = -1;
      break;
    case 'f':
      group.font = value ?? -1;
      break;
    case 'uc':
      group.fallback = Math.max(0, value ?? 1);
      break;
  }
}
