/** What was found in the pages, and what training on them will take, in plain words. */
import type { TrainingEstimate, TrainingReport } from '../../shared/api/index.ts';
import { speedsSentence, type DeviceSpeed } from '../../shared/devices.ts';
import type { DocumentReport } from '../../shared/events.ts';
import { droppedWords, sumOfDropped } from '../../shared/formats.ts';
import { bytes, count, duration, listed, plural } from './training-words.ts';

const changeWords: Readonly<Record<string, readonly [one: string, many: string]>> = {
  lineEnds: ['line end made like the others', 'line ends made like the others'],
  joinedLines: ['wrapped line joined to its paragraph', 'wrapped lines joined to paragraphs'],
  composed: ['accented letter composed', 'accented letters composed'],
  lowered: ['capital made small', 'capitals made small'],
  punctuation: ['mark left out', 'marks left out'],
  frontMatter: ['heading for machines left out', 'headings for machines left out'],
};

function remarksOf({
  encoding,
  changes,
}: Pick<DocumentReport, 'encoding' | 'changes'>): readonly string[] {
  const remarks = Object.entries(changes)
    .filter(([, times]) => times > 0)
    .map(([change, times]) =>
      plural(times, ...(changeWords[change] ?? ([change, change] as const))),
    );
  return /^utf-?8$|^ascii$/i.test(encoding) ? remarks : [`read as ${encoding}`, ...remarks];
}

/** What was cleaned, all documents together, as a sentence. */
export function cleanedSentence({ documents }: Pick<TrainingReport, 'documents'>): string {
  const sums: Record<string, number> = {};
  for (const { changes } of documents) {
    for (const [change, times] of Object.entries(changes))
      sums[change] = (sums[change] ?? 0) + times;
  }
  const remarks = [...remarksOf({ encoding: 'utf-8', changes: sums })];
  const encodings = new Set(documents.map(({ encoding }) => encoding));
  const foreign = [...encodings].filter(
    (name) => remarksOf({ encoding: name, changes: {} }).length > 0,
  );
  if (foreign.length > 0) remarks.push(`text read as ${listed(foreign)}`);
  const dropped = sumOfDropped(documents.map((document) => document.dropped)).map(droppedWords);
  if (remarks.length === 0 && dropped.length === 0) return 'Nothing had to be cleaned.';
  const sentences = [
    ...(remarks.length > 0 ? [`Cleaned for reading: ${listed(remarks)}.`] : []),
    ...(dropped.length > 0 ? [`Left out: ${listed(dropped)}.`] : []),
  ];
  return `${sentences.join(' ')} Your files stay as they are.`;
}

/** One document: its words and what was cleaned in it. */
export const documentRemarks = (document: DocumentReport): string =>
  [
    plural(document.words, 'word'),
    ...remarksOf(document),
    ...document.dropped.map((dropped) => `${droppedWords(dropped)} left out`),
  ].join(', ');

export const foundSentence = (report: TrainingReport): string =>
  `${plural(report.words, 'word')} in ${plural(report.documents.length, 'text')}`;

export const estimateSentence = ({ seconds }: TrainingEstimate): string =>
  `About ${duration(seconds)} on this computer, less if it stops learning before.`;

/** The rest of what was measured, for those who want to know. */
export const estimateDetails = (estimate: TrainingEstimate): string =>
  `${count(estimate.parameters)} parameters, ${count(estimate.charactersPerSecond)} characters a second, ` +
  `${bytes(estimate.memoryBytes)} of memory; ${estimate.backend}.`;

/** How fast each device was, where there was a choice; else "". */
export const comparedSentence = (
  estimate: { readonly speeds: readonly DeviceSpeed[] } | null,
): string => (estimate === null ? '' : speedsSentence(estimate.speeds, 'characters a second'));
