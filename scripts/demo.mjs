// Trains a voice on the sample manuscript in under a minute and continues one paragraph three ways.
// The voice stays in the system's temporary folder, to be tried as the command says; --keep FOLDER puts it there.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { sampleRecipe } from '../src/shared/sample-recipe.ts';

const root = path.resolve(import.meta.dirname, '..');
const manuscript = path.join(root, 'resources', 'sample-manuscript.md');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: String(sampleRecipe.training.minutes) },
    keep: { type: 'string' },
    prompt: {
      type: 'string',
      default: 'It had rained in the night, and the first lorry over the plate that morning',
    },
  },
});

if (!existsSync(manuscript)) {
  console.error('The demo needs resources/sample-manuscript.md, which is missing from this copy.');
  process.exit(1);
}

const { network, training } = sampleRecipe;
/** The flags of a recipe: dropoutIn is --dropout-in. */
const recipe = Object.entries({
  preset: 'small',
  ...network,
  ...training,
  minutes: values.minutes,
}).flatMap(([name, value]) => [
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  String(value),
]);

/** @param {readonly string[]} args */
async function understudy(...args) {
  const child = spawn(process.execPath, [path.join(root, 'bin/understudy.js'), ...args], {
    stdio: 'inherit',
  });
  const code = await new Promise((resolve) =>
    child.on('close', (status) => resolve(status ?? 130)),
  );
  if (code !== 0) throw new Error(`understudy ${args[0]} ended with exit code ${code}.`);
}

/** Of a demo that fails nothing is left. */
const temporary = mkdtempSync(path.join(tmpdir(), 'understudy-demo-'));
const voice = values.keep ?? path.join(temporary, 'demo.voice');
try {
  console.log('1. A voice learns from resources/sample-manuscript.md\n');
  await understudy('train', path.relative(process.cwd(), manuscript), '--out', voice, ...recipe);
  console.log(`\n2. It continues a paragraph\n\n   "${values.prompt.trim()}..."`);
  for (const creativity of ['20', '50', '80']) {
    console.log(`\n── creativity ${creativity} ${'─'.repeat(40)}`);
    await understudy(
      ...['continue', '--voice', voice, '--prompt', values.prompt],
      ...['--creativity', creativity, '--length', 'paragraph', '--seed', '7'],
    );
  }
  console.log('\nNow with your own pages:\n\n    npx understudy train YOUR-FILES --out my.voice\n');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  rmSync(temporary, { recursive: true, force: true });
}
