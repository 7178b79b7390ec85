import type { Spelling } from '../../../shared/api/index.ts';

const names = new Intl.DisplayNames(['en'], { type: 'language' });
const nameOf = (code: string): string => names.of(code) ?? code;
const all = new Intl.ListFormat('en', { type: 'conjunction' });
const either = new Intl.ListFormat('en', { type: 'disjunction' });

/** Who checks the spelling, and what to do where no one does. */
export function spellingSentence(spelling: Spelling): string {
  switch (spelling.kind) {
    case 'browser':
      return 'Your browser checks spelling, in the languages that are set in it.';
    case 'mac':
      return 'macOS checks spelling, in the language that it sees in the text.';
    case 'windows':
      return `Windows checks spelling in ${languages(spelling.languages)}, if you added the language to it.`;
    case 'dictionary':
      return `Spelling is checked in ${languages(spelling.languages)}.`;
    case 'none':
      return `There is no dictionary for ${nameOf(spelling.language)}, so spelling is not checked.${remedy(spelling)}`;
  }
}

const languages = (codes: readonly string[]): string => all.format(codes.map(nameOf));

function remedy({ file, folder, others }: Spelling & { readonly kind: 'none' }): string {
  const choice = others.length === 0 ? [] : [`choose ${either.format(others)}`];
  const own = file === null ? [] : [`put a Chromium dictionary named ${file} into ${folder}`];
  const whole = [...own, ...choice].join(', or ');
  return whole === '' ? '' : ` ${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`;
}
