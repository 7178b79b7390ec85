/** The editor for prose: CodeMirror, and nothing of the page around it. */
export { createEditor } from './editor.ts';
export { defaultKeys, keysOf } from './keys.ts';
export type {
  Counts,
  CreateEditor,
  Editor,
  EditorCallbacks,
  EditorCommand,
  EditorText,
  Ghost,
  GhostState,
  Heading,
  Origin,
} from './types.ts';
