/** What a style sheet says of classes, as far as it matters to prose. */
export interface ClassLook {
  italic?: boolean;
  bold?: boolean;
  centred?: boolean;
  hidden?: boolean;
}

/** Longer style sheets are of fonts and pictures. */
const LONGEST = 500_000;

export function declared(declarations: string): ClassLook {
  const look: ClassLook = {};
  for (const declaration of declarations.split(';').slice(0, 200)) {
    const colon = declaration.indexOf(':');
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s*important/i, '')
      .trim()
      .toLowerCase();
    switch (property) {
      case 'font-style':
        look.italic = value === 'italic' || value.startsWith('oblique');
        break;
      case 'font-weight':
        look.bold = /^bold|^[6-9]\d\d$/.test(value);
        break;
      case 'text-align':
        look.centred = value === 'center';
        break;
      case 'display':
        look.hidden = value === 'none';
        break;
    }
  }
  return look;
}

/** Looks of classes: of selectors that are one class alone, or an element with one. */
export function readCss(css: string, looks: Map<string, ClassLook>): void {
  if (css.length > LONGEST) return;
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, '');
  for (const rule of plain.split('}')) {
    const brace = rule.lastIndexOf('{');
    if (brace === -1) continue;
    const selectors = rule.slice(rule.lastIndexOf('{', brace - 1) + 1, brace);
    const look = declared(rule.slice(brace + 1));
    if (Object.keys(look).length === 0) continue;
    for (const selector of selectors.split(',')) {
      const name = /^\s*[\w-]*\.([\w-]+)\s*$/.exec(selector)?.[1];
      if (name !== undefined) looks.set(name, { ...looks.get(name), ...look });
    }
  }
}
