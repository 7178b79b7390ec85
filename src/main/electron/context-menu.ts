import {
  Menu,
  type ContextMenuParams,
  type MenuItemConstructorOptions,
  type WebContents,
} from 'electron';

/** At most this many suggestions for a misspelled word. */
const MOST_SUGGESTIONS = 5;

/** What a right click offers: spellings first, then the clipboard. Empty where nothing would fit. */
export function contextItems(
  {
    misspelledWord,
    dictionarySuggestions,
    isEditable,
    editFlags,
    selectionText,
  }: ContextMenuParams,
  contents: Pick<WebContents, 'replaceMisspelling'>,
  addWord: (word: string) => void,
): MenuItemConstructorOptions[] {
  const spelling: MenuItemConstructorOptions[] = [];
  if (misspelledWord !== '') {
    for (const word of dictionarySuggestions.slice(0, MOST_SUGGESTIONS)) {
      spelling.push({ label: word, click: () => contents.replaceMisspelling(word) });
    }
    if (spelling.length === 0) spelling.push({ label: 'No suggestions', enabled: false });
    spelling.push(
      { type: 'separator' },
      { label: 'Add to Dictionary', click: () => addWord(misspelledWord) },
      { type: 'separator' },
    );
  }
  if (isEditable) {
    return [
      ...spelling,
      { role: 'cut', enabled: editFlags.canCut },
      { role: 'copy', enabled: editFlags.canCopy },
      { role: 'paste', enabled: editFlags.canPaste },
      { role: 'selectAll', enabled: editFlags.canSelectAll },
    ];
  }
  return selectionText === ''
    ? spelling
    : [...spelling, { role: 'copy', enabled: editFlags.canCopy }];
}

export function offerContextMenu(contents: WebContents, addWord: (word: string) => void): void {
  contents.on('context-menu', (_event, params) => {
    const items = contextItems(params, contents, addWord);
    if (items.length === 0) return;
    const { x, y, frame, menuSourceType } = params;
    Menu.buildFromTemplate(items).popup({
      ...(frame === null ? {} : { frame }),
      sourceType: menuSourceType,
      // By the key it belongs to the caret, wherever the mouse is.
      ...(menuSourceType === 'keyboard' ? { x, y } : {}),
    });
  });
}
