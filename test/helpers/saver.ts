// Saves voices and checkpoints in a loop until it is killed: `node saver.ts FOLDER FIRST`.
import { saveCheckpoint } from '../../src/main/files/checkpoints.ts';
import { lockVoice } from '../../src/main/files/lock.ts';
import { removeLeftovers, saveVoice } from '../../src/main/files/voice-folder.ts';
import { elements, weightSpecs } from '../../src/main/lm/nn/weights.ts';
import { parseCard } from '../../src/main/lm/voice/card.ts';
import { readFileSync } from 'node:fs';

const [folder = '', template = '', first = ''] = process.argv.slice(2);
const card = parseCard(readFileSync(template, 'utf8'), template);
await lockVoice(folder);
await removeLeftovers(folder);
process.stdout.write('ready\n');
for (let step = Number(first); ; step++) {
  const weights = new Map(
    weightSpecs(card.config.network).map(({ name, shape }) => [
      name,
      new Float32Array(elements(shape)).fill(step),
    ]),
  );
  const metrics = { ...card.metrics, steps: step };
  await saveVoice(folder, { ...card, name: `Voice ${step}`, metrics }, weights);
  const data = new Float32Array(5000).fill(step);
  await saveCheckpoint(folder, {
    step,
    tensors: new Map([['state', { shape: [5000], data }]]),
    state: { cursor: step },
  });
  process.stdout.write(`${step}\n`);
}
