import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createReference } from '../../../src/main/backends/reference/index.ts';
import { createNetwork, disposeState, zeroState } from '../../../src/main/lm/nn/network.ts';
import { evaluateStep } from '../../../src/main/lm/nn/step.ts';
import { weightSpecs } from '../../../src/main/lm/nn/weights.ts';
import { encodeSafetensors } from '../../../src/main/lm/voice/safetensors.ts';
import type { NetworkConfig } from '../../../src/shared/config.ts';
import { randomBatch, randomWeights } from '../../helpers/random-network.ts';

const script = join(import.meta.dirname, '../../golden/torch_loss.py');
/** A Python with PyTorch; without one, the golden values still stand for it. */
const python = process.env['PEER_PYTHON'] ?? 'python3';
const MISSING = 3;

const networks: Readonly<Record<string, NetworkConfig>> = {
  'nn.LSTM': {
    cell: 'lstm',
    vocabulary: 23,
    embedding: 7,
    layers: [9, 9],
    projection: 0,
    tied: false,
  },
  'nn.GRU of three layers': {
    cell: 'gru',
    vocabulary: 23,
    embedding: 7,
    layers: [9, 9, 9],
    projection: 0,
    tied: false,
  },
  'nn.LSTM with projection and tied weights': {
    cell: 'lstm',
    vocabulary: 31,
    embedding: 6,
    layers: [11, 11],
    projection: 6,
    tied: true,
  },
};

for (const [title, network] of Object.entries(networks)) {
  test(`weights load into ${title} by name and give the same loss`, async (context) => {
    await createReference(null).activate();
    const weights = randomWeights(network, 21);
    const random = randomBatch(network.vocabulary, 9, 4, 22);
    // torch.nn carries its state over documents, so nothing but the first step starts one.
    const ids = random.ids.map((id) => Math.max(1, id));
    const batch = { ...random, ids, starts: new Int32Array(ids.length) };
    const ours = createNetwork(network, weights);
    const { nats, state } = await evaluateStep(ours, batch, zeroState(network, batch.B));
    disposeState(state);
    ours.dispose();

    const folder = mkdtempSync(join(tmpdir(), 'understudy-torch-'));
    try {
      const file = join(folder, 'weights.safetensors');
      const tensors = weightSpecs(network).map(
        ({ name, shape }) =>
          [name, { shape, data: weights.get(name) ?? new Float32Array() }] as const,
      );
      writeFileSync(file, Buffer.concat(encodeSafetensors(new Map(tensors))));
      const asked = { network, T: batch.T, B: batch.B, ids: [...ids], targets: [...batch.targets] };
      const { status, stdout, stderr, error } = spawnSync(python, [script, file], {
        input: JSON.stringify(asked),
        encoding: 'utf8',
      });
      if (error !== undefined || status === MISSING) {
        await context.annotate(`${python} has no PyTorch: not compared (set PEER_PYTHON)`);
        console.log(`${title}: not compared, ${python} has no PyTorch (set PEER_PYTHON)`);
        return;
      }
      expect(stderr).toBe('');
      expect(Math.abs(Number(stdout) - nats)).toBeLessThan(1e-5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
