import { dayOf } from '../../../shared/moments.ts';
import { keptOf, share, shown, type Report } from './account.ts';

export const RULE =
  'A word counts as suggested while all of its letters stand as the voice wrote them. What the author typed counts as theirs, also where a suggestion said the same. What was pasted from elsewhere or imported counts as theirs, too: Understudy does not know who wrote it.';

/** "9 November 2026" of "2026-11-09". */
export const shownDay = (day: string): string => dayOf(Date.parse(`${day}T12:00:00`));

/** In a table a bar parts cells, and a line break ends a row. */
const cell = (text: string): string => plain(text).replaceAll('|', '\\|');
/** Signs of Markdown as themselves, in one line. */
const plain = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#]/g, (sign) => `\\${sign}`);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** The report as a document of the library can be. */
export function toMarkdown(report: Report, { passages }: { readonly passages: boolean }): string {
  const { name, words, own, kept, changed, voices, days, accounts, made, sentence } = report;
  const parts = [
    `# Disclosure: ${plain(name)}`,
    dayOf(made.getTime()),
    `> ${plain(sentence)}`,
    table(
      ['', 'Words', 'Share'],
      [
        ['In all', shown(words), ''],
        ['Written by the author', shown(own), share(own, words)],
        ['Suggested and kept', shown(kept), share(kept, words)],
        ['Suggested, then edited by the author', shown(changed), ''],
      ],
    ),
    RULE,
  ];
  const each = (head: string, rows: readonly (readonly string[])[]): string =>
    table([head, 'Suggested and taken', 'Kept'], rows);
  if (voices.length > 0) {
    parts.push('## By voice');
    parts.push(
      each(
        'Voice',
        voices.map((v) => [cell(v.name), shown(v.taken), shown(v.kept)]),
      ),
    );
    parts.push('## By date');
    parts.push(
      each(
        'Date',
        days.map((d) => [shownDay(d.name), shown(d.taken), shown(d.kept)]),
      ),
    );
  }
  if (accounts.length > 1) {
    parts.push('## By document');
    parts.push(
      table(
        ['Document', 'Words', 'Suggested and kept', 'Share'],
        accounts.map((account) => [
          cell(account.path),
          shown(account.words),
          shown(keptOf(account)),
          share(keptOf(account), account.words),
        ]),
      ),
    );
  }
  if (passages && voices.length > 0) {
    parts.push('## Suggested passages');
    for (const { path, excerpts } of accounts) {
      if (excerpts.length === 0) continue;
      if (accounts.length > 1) parts.push(`### ${plain(path)}`);
      parts.push(
        excerpts
          .map(({ voice, at, text }) => `- “${plain(text)}” (${plain(voice)}, ${dayOf(at)})`)
          .join('\n'),
      );
    }
  }
  return `${parts.join('\n\n')}\n`;
}
