import type { NativeTheme } from 'electron';
import type { Settings } from '../../shared/api/index.ts';

type Theme = Settings['theme'];

/** The page's own paper colours (src/renderer/theme), for the moment before it is there. */
export const paper = {
  light: '#fcfbf7',
  dark: '#1b1916',
  contrast: { light: '#ffffff', dark: '#000000' },
} as const;

/** Makes menus, dialogs and `prefers-color-scheme` follow the settings. */
export function applyTheme(nativeTheme: NativeTheme, theme: Theme): void {
  nativeTheme.themeSource = theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** What a window shows before the page has painted. */
export function paperColour(nativeTheme: NativeTheme, theme: Theme): string {
  const tone = nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
  return theme === 'contrast' ? paper.contrast[tone] : paper[tone];
}
