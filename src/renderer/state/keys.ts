/** Keys in CodeMirror's notation: "Mod-Shift-p", where Mod is Cmd on a Mac and Ctrl elsewhere. */

export type KeyPlatform = 'mac' | 'windows' | 'linux';

const ORDER = ['Mod', 'Ctrl', 'Alt', 'Shift', 'Meta'] as const;

/** The same key always spelt the same: modifiers in order, letters small. */
export function normalKey(key: string, platform: KeyPlatform): string {
  const parts = key.split(/-(?!$)/);
  const name = parts.pop() ?? '';
  const mod = platform === 'mac' ? 'Meta' : 'Ctrl';
  const modifiers = new Set(
    parts.map((part) => {
      if (part === 'Cmd') return 'Meta';
      return part === 'Mod' ? mod : part;
    }),
  );
  if (modifiers.delete(mod)) modifiers.add('Mod');
  const main = name.length === 1 ? name.toLowerCase() : name;
  return [...ORDER.filter((modifier) => modifiers.has(modifier)), main].join('-');
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>;

/** The key that was pressed; null for a modifier alone. */
export function pressedKey(event: KeyPress, platform: KeyPlatform): string | null {
  if (['Control', 'Alt', 'Shift', 'Meta', 'AltGraph', 'Dead', 'Process'].includes(event.key)) {
    return null;
  }
  const parts: string[] = [];
  if (event.ctrlKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey) parts.push('Shift');
  if (event.metaKey) parts.push('Meta');
  return normalKey([...parts, mainKey(event)].join('-'), platform);
}

/** With Alt or Shift the letter that comes out is not the one on the key. */
function mainKey({ key, code, altKey, shiftKey }: KeyPress): string {
  if (key === ' ') return 'Space';
  if (key.length > 1 || !(altKey || shiftKey)) return key;
  const letter = /^(?:Key|Digit)(.)$/.exec(code)?.[1];
  const sign = { BracketLeft: '[', BracketRight: ']', Comma: ',', Period: '.', Slash: '/' }[code];
  return letter ?? sign ?? key;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Enter: 'Enter',
  Space: 'Space',
};
const MAC: Readonly<Record<string, string>> = {
  Mod: '⌘',
  Meta: '⌘',
  Ctrl: '⌃',
  Alt: '⌥',
  Shift: '⇧',
  Enter: '↩',
};

/** As a writer reads it: "Ctrl+Shift+P", or "⇧⌘P" on a Mac. */
export function shownKey(key: string, platform: KeyPlatform): string {
  const parts = normalKey(key, platform).split(/-(?!$)/);
  const name = parts.pop() ?? '';
  const main = (platform === 'mac' ? MAC[name] : undefined) ?? NAMES[name] ?? name;
  const last = main.length === 1 ? main.toUpperCase() : main;
  if (platform === 'mac') {
    const order = ['Ctrl', 'Alt', 'Shift', 'Mod'];
    return (
      order
        .filter((part) => parts.includes(part))
        .map((part) => MAC[part])
        .join('') + last
    );
  }
  return [...parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)), last].join('+');
}
