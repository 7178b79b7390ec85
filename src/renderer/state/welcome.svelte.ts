import { defaultChoices, type TrainingChoices } from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import { sampleRecipe } from '../../shared/sample-recipe.ts';
import type { App } from './app.svelte.ts';

/** The name of the voice and of the document of the first try. */
const VOICE = 'The Quarter';
const DOCUMENT = 'The Quarter, continued';
/** Words of the sample that the first document begins with. */
const BEGINNING = 420;

/** A small voice in about a minute: enough to see what this is. */
const quick: TrainingChoices = {
  ...defaultChoices,
  preset: 'small',
  overrides: { ...defaultChoices.overrides, ...sampleRecipe },
};

/** The first run: what this is, and a voice to try at once. */
export class Welcome {
  shown = $state(false);
  preparing = $state(false);
  readonly #app: App;
  readonly #sample: () => Promise<string>;

  /** @param sample the manuscript that comes with Understudy */
  constructor(app: App, sample: () => Promise<string>) {
    this.#app = app;
    this.#sample = sample;
    this.shown = !app.settings.values.welcomed;
  }

  show(): void {
    this.shown = true;
  }

  /** A document was chosen instead. */
  leave(): void {
    if (this.shown) void this.#app.notices.attempt(() => this.close());
  }

  async close(): Promise<void> {
    this.shown = false;
    if (!this.#app.settings.values.welcomed) await this.#app.settings.change({ welcomed: true });
    this.#app.documents.editor?.focus();
  }

  /** The beginning of the sample as a document, and a voice trained on all of it. */
  async trySample(): Promise<void> {
    const { client, documents, library, notices, training, voices, session } = this.#app;
    if (this.preparing) return;
    this.preparing = true;
    await notices.attempt(async () => {
      const path = library.documentsInOrder.find(({ path }) => path === `${DOCUMENT}.md`)?.path;
      if (path === undefined) {
        const text = beginningOf(await this.#sample());
        const created = unwrap(
          await client.call.createDocument({ folder: '', name: `${DOCUMENT}.md` }),
        );
        const document = await documents.open(created);
        if (document) {
          const { version } = unwrap(await client.call.replaceDocument({ path: created, text }));
          documents.replace(document, { text, version });
          document.prefer({ voice: VOICE });
          documents.editor?.reveal(text.length, text.length);
        }
      } else await documents.open(path);
      if (!voices.find(VOICE) && !training.active) {
        await training.start({ name: VOICE, sources: [{ kind: 'sample' }], choices: quick });
        if (training.problem !== null) notices.say(training.problem, { tone: 'problem' });
      }
      session.show('voices');
      await this.close();
    });
    this.preparing = false;
  }

  async ownPages(): Promise<void> {
    await this.#app.library.createDocument('');
    await this.close();
  }
}

/** Whole paragraphs up to about that many words. */
function beginningOf(manuscript: string): string {
  const paragraphs = manuscript.split(/\n\n+/);
  const taken: string[] = [];
  let words = 0;
  for (const paragraph of paragraphs) {
    if (words > BEGINNING) break;
    taken.push(paragraph);
    words += paragraph.split(/\s+/).length;
  }
  return `${taken.join('\n\n').trim()}\n\n`;
}
