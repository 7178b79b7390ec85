export interface NumberRule {
  readonly label: string;
  readonly least: number;
  readonly most: number;
  /** Only whole numbers. */
  readonly whole?: boolean;
  /** What an empty field stands for, for example "as the creativity says"; without it a number is needed. */
  readonly empty?: string | undefined;
}

export type Checked =
  | { readonly ok: true; readonly value: number | null }
  | { readonly ok: false; readonly sentence: string };

/** What a writer typed as a number ("0,8" as well as "0.8"), or a sentence that says what would do. */
export function checkNumber(
  typed: string,
  { label, least, most, whole, empty }: NumberRule,
): Checked {
  const text = typed.trim().replace(',', '.');
  const range = `between ${least} and ${most}`;
  if (text === '') {
    return empty === undefined
      ? { ok: false, sentence: `${label} needs a number ${range}.` }
      : { ok: true, value: null };
  }
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return { ok: false, sentence: `"${typed.trim()}" is not a number; ${label} is ${range}.` };
  }
  if (whole && !Number.isInteger(value)) {
    return { ok: false, sentence: `${label} is a whole number ${range}; you wrote ${text}.` };
  }
  if (value < least || value > most) {
    return { ok: false, sentence: `${label} is ${range}; you wrote ${text}.` };
  }
  return { ok: true, value };
}
