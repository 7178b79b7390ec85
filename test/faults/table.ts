import type { Figure, Section } from './section.ts';

export interface Measured {
  readonly section: Section;
  /** The share of it that was measured. */
  readonly part: number;
  readonly figures: readonly Figure[];
  readonly seconds: number;
}

const title = ({ section, part, seconds }: Measured): string =>
  `${section.name}${part === 1 ? '' : `, ${part} of it`} (${Math.round(seconds)} s)`;

const verdict = ({ met }: Figure): string => (met === null ? 'skipped' : met ? 'met' : 'NOT MET');

const rowOf = (section: string, figure: Figure): string[] => [
  section,
  figure.what,
  figure.measured.replace(/\s+/g, ' ').slice(0, 400),
  figure.bar,
  verdict(figure),
];

/** The figures of all sections as a table of Markdown, and as its last line one of the whole. */
export function tableOf(measured: readonly Measured[], whole: Figure): string {
  const rows = measured.flatMap((one) =>
    one.figures.map((figure, i) => rowOf(i === 0 ? title(one) : '', figure)),
  );
  const all = [['section', 'what', 'measured', 'bar', ''], ...rows, rowOf('all', whole)];
  // One long cell, a finding, must not make the others as wide.
  const widths = [0, 1, 2, 3, 4].map((i) =>
    Math.min(60, Math.max(3, ...all.map((row) => row[i]!.length))),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const [head, ...body] = all;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join(
    '\n',
  );
}
