import { basename } from 'node:path';
import type { TrainingReport } from '../../shared/api/index.ts';
import { countWords } from '../../shared/words.ts';
import type { DocumentReport } from '../../shared/events.ts';
import { findManuscripts, readManuscript } from '../files/manuscripts.ts';
import { normalise } from '../lm/text/normalise.ts';
import { planText, type Choices } from '../lm/training/index.ts';
import { computer, type System } from './system.ts';

/** Words of a printed page. */
const PAGE = 250;

/** What can be expected of so many words; a sentence for the writer. */
export function verdictOn(words: number): TrainingReport['verdict'] {
  const n = words.toLocaleString('en-US');
  const pages = Math.max(1, Math.round(words / PAGE)).toLocaleString('en-US');
  const much = `${n} ${words === 1 ? 'word' : 'words'}, about ${pages} ${pages === '1' ? 'page' : 'pages'}`;
  if (words < 1000) {
    return {
      size: 'too-small',
      sentence: `${much}: too little to learn how you write. Add more of your writing; a short story of 5,000 words is a beginning.`,
    };
  }
  if (words < 20_000) {
    return {
      size: 'small',
      sentence: `${much}: enough for your rhythm and your favourite words, not for long sentences that hold together. Every further story helps.`,
    };
  }
  if (words < 150_000) {
    return {
      size: 'good',
      sentence: `${much}: enough for a voice that sounds like you. More of your writing makes it surer.`,
    };
  }
  return {
    size: 'ample',
    sentence: `${much}: plenty. The voice can learn your turns of phrase, and training takes its time.`,
  };
}

/**
 * Reads manuscripts as training would and tells what is there; nothing is learnt or written.
 *
 * @throws UserError `text.*`
 */
export async function inspectSources(
  paths: readonly string[],
  choices: Choices,
  { pause }: System = computer,
): Promise<TrainingReport> {
  const documents: DocumentReport[] = [];
  let before = 0;
  for (const path of await findManuscripts(paths)) {
    const manuscript = await readManuscript(path);
    before += manuscript.text.length;
    const { text: config } = planText(choices, manuscript.text.length);
    const { text, changes } = normalise(manuscript.text, config);
    documents.push({
      name: basename(path),
      encoding: manuscript.encoding,
      words: countWords(text),
      characters: text.length,
      changes: { ...changes },
      dropped: manuscript.dropped,
    });
    await pause();
  }
  const words = documents.reduce((sum, document) => sum + document.words, 0);
  return {
    documents,
    words,
    characters: documents.reduce((sum, document) => sum + document.characters, 0),
    verdict: verdictOn(words),
    preset: planText(choices, before).preset,
  };
}
