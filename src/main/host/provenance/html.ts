import { dayOf } from '../../../shared/moments.ts';
import { keptOf, share, shown, type Report } from './account.ts';
import { RULE, shownDay } from './markdown.ts';

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => signs[sign]!);

const style = `
:root { color-scheme: light dark; --paper: light-dark(#fdfcf8, #1c1b19); --ink: light-dark(#2a2722, #e6e1d8);
  --quiet: light-dark(#625d54, #a9a297); --line: light-dark(#ddd8cd, #3b3833); --own: light-dark(#cfc9bc, #57524a);
  --voice: light-dark(#1d6f85, #78bccf); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 Literata, Georgia, "Times New Roman", serif; }
main { max-width: 42rem; margin: 0 auto; padding: 4.5rem 1.5rem 6rem; }
header p, .rule, figcaption, caption, th { color: var(--quiet); font: 500 .8rem/1.5 Inter, system-ui, sans-serif; }
header p { margin: 0; }
h1 { margin: .2rem 0 2rem; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.012em; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.15rem; }
h3 { margin: 2rem 0 .5rem; font-size: 1rem; }
blockquote { margin: 0; padding: 0 0 0 1.25rem; border-left: 3px solid var(--voice); font-size: 1.1rem; }
figure { margin: 2.5rem 0 1.5rem; }
.bar { display: flex; gap: 2px; height: 14px; overflow: hidden; border-radius: 7px; }
.bar span { min-width: 0; background: var(--own); }
.bar .voice { background: var(--voice); }
.bar .some { min-width: 3px; }
figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-top: .6rem; }
figcaption span::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .45em; border-radius: 2px; background: var(--own); }
figcaption .voice::before { background: var(--voice); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
th, td { padding: .45rem 0 .45rem 1rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; text-align: left; overflow-wrap: anywhere; }
tbody th { color: var(--ink); font: inherit; }
.rule { margin-top: 1rem; }
ol { padding: 0; list-style: none; }
li { margin: 0 0 1.1rem; padding: 0 0 0 1.25rem; border-left: 2px solid var(--line); white-space: pre-line; break-inside: avoid; }
li small { display: block; color: var(--quiet); font: 500 .75rem/1.6 Inter, system-ui, sans-serif; }
@media print { :root { color-scheme: light; } body { font-size: 11pt; } main { max-width: none; padding: 0; }
  .bar span, figcaption span::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table>\n<thead><tr>${head
    .map((text) => (text === '' ? '<td></td>' : `<th scope="col">${escaped(text)}</th>`))
    .join('')}</tr></thead>\n<tbody>\n${rows
    .map(
      ([first = '', ...rest]) =>
        `<tr><th scope="row">${escaped(first)}</th>${rest.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`,
    )
    .join('\n')}\n</tbody></table>`;

/** The report as a page of its own: nothing in it is fetched or run. */
export function toHtml(report: Report, { passages }: { readonly passages: boolean }): string {
  const { name, words, own, kept, changed, voices, days, accounts, made, sentence } = report;
  const body = [
    `<header><p>Disclosure, ${dayOf(made.getTime())}</p><h1>${escaped(name)}</h1></header>`,
    `<blockquote>${escaped(sentence)}</blockquote>`,
    `<figure><div class="bar" role="img" aria-label="${share(own, words)} written by the author, ${share(kept, words)} suggested"><span style="flex:${own}"></span>${kept > 0 ? `<span class="voice some" style="flex:${kept}"></span>` : ''}</div><figcaption><span>Written by the author, ${share(own, words)}</span><span class="voice">Suggested and kept, ${share(kept, words)}</span></figcaption></figure>`,
    table(
      ['', 'Words', 'Share'],
      [
        ['In all', shown(words), ''],
        ['Written by the author', shown(own), share(own, words)],
        ['Suggested and kept', shown(kept), share(kept, words)],
        ['Suggested, then edited by the author', shown(changed), ''],
      ],
    ),
    `<p class="rule">${RULE}</p>`,
  ];
  const parts = (head: string, rows: readonly (readonly string[])[]): string =>
    table([head, 'Suggested and taken', 'Kept'], rows);
  if (voices.length > 0) {
    body.push(
      `<h2>By voice</h2>`,
      parts(
        'Voice',
        voices.map((v) => [v.name, shown(v.taken), shown(v.kept)]),
      ),
      `<h2>By date</h2>`,
      parts(
        'Date',
        days.map((d) => [shownDay(d.name), shown(d.taken), shown(d.kept)]),
      ),
    );
  }
  if (accounts.length > 1) {
    const rows = accounts.map((account) => [
      account.path,
      shown(account.words),
      shown(keptOf(account)),
      share(keptOf(account), account.words),
    ]);
    body.push('<h2>By document</h2>', table(['Document', 'Words', 'Kept', 'Share'], rows));
  }
  if (passages && voices.length > 0) {
    body.push('<h2>Suggested passages</h2>');
    for (const { path, excerpts } of accounts) {
      if (excerpts.length === 0) continue;
      if (accounts.length > 1) body.push(`<h3>${escaped(path)}</h3>`);
      const items = excerpts.map(
        ({ voice, at, text }) =>
          `<li>${escaped(text)}<small>${escaped(voice)}, ${dayOf(at)}</small></li>`,
      );
      body.push(`<ol>\n${items.join('\n')}\n</ol>`);
    }
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Understudy">
<title>Disclosure: ${escaped(name)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.join('\n')}
</main>
</body>
</html>
`;
}
