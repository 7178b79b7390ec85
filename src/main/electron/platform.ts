import {
  dialog,
  shell,
  type BaseWindow,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron';
import type { Platform } from '../host/types.ts';
import { printPdf } from './print.ts';

/**
 * Dialogs, trash and file manager of the system, who checks the spelling and with which words. `window` is
 * what a dialog belongs to, if any is open.
 */
export function electronPlatform(
  window: () => BaseWindow | null,
  spelling: Platform['spelling'],
  spellAlso: Platform['spellAlso'],
): Platform {
  return {
    kind: 'electron',
    exportsFolder: null,
    async chooseFolder(current) {
      const options: OpenDialogOptions = {
        title: 'Choose the folder of your manuscripts',
        buttonLabel: 'Choose',
        defaultPath: current,
        properties: ['openDirectory', 'createDirectory'],
      };
      const parent = window();
      const { filePaths } = await (parent
        ? dialog.showOpenDialog(parent, options)
        : dialog.showOpenDialog(options));
      return filePaths[0] ?? null;
    },
    async saveAs(suggestedName) {
      const options: SaveDialogOptions = {
        defaultPath: suggestedName,
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      };
      const parent = window();
      const { canceled, filePath } = await (parent
        ? dialog.showSaveDialog(parent, options)
        : dialog.showSaveDialog(options));
      return canceled || filePath === '' ? null : filePath;
    },
    spelling,
    spellAlso,
    trash: (path) => shell.trashItem(path),
    reveal: (path) => {
      shell.showItemInFolder(path);
      return Promise.resolve();
    },
    printPdf,
  };
}
