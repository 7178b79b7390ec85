/** What is wrong with a code for a language, as a sentence; null where nothing is. "" is the system's. */
export function languageProblem(typed: string): string | null {
  const code = typed.trim();
  if (code === '') return null;
  try {
    return Intl.getCanonicalLocales(code).length === 1 ? null : problem(code);
  } catch {
    // RangeError: no well-formed code.
    return problem(code);
  }
}

const problem = (code: string): string =>
  `"${code}" is not a code for a language; write one such as en-GB, de or pt-BR.`;
