import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, tensor, tidy, variableGrads, type Rank } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createNetwork, disposeState, forward, type State } from '../../src/main/lm/nn/network.ts';
import { AdamW } from '../../src/main/lm/nn/optimiser.ts';
import { trainStep } from '../../src/main/lm/nn/step.ts';
import type { NetworkConfig } from '../../src/shared/config.ts';
import { onEachBackend } from '../helpers/backends.ts';

interface Golden {
  network: NetworkConfig;
  T: number;
  B: number;
  ids: number[];
  targets: number[];
  starts: number[];
  state: [number[], number[]][];
  weights: Record<string, number[]>;
  after: [number[], number[]][];
  loss: number;
  logits: number[];
  gradients: Record<string, number[]>;
  norm: number;
  stepped: Record<string, number[]>;
}
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/golden.json'), 'utf8'),
) as {
  adam: {
    rate: number;
    beta1: number;
    beta2: number;
    epsilon: number;
    weightDecay: number;
    clip: number;
  };
  cases: Record<string, Golden>;
};

const noDropout = { in: 0, between: 0, out: 0, weightDrop: 0, seed: 0 };
const floats = (values: Record<string, number[]>): Map<string, Float32Array> =>
  new Map(Object.entries(values).map(([name, list]) => [name, Float32Array.from(list)]));
const batchOf = (c: Golden) => ({
  T: c.T,
  B: c.B,
  ids: Int32Array.from(c.ids),
  targets: Int32Array.from(c.targets),
  starts: Int32Array.from(c.starts),
});
const stateOf = (c: Golden): State => ({
  layers: c.network.layers.map((hidden, l) => {
    const [h, cell] = c.state[l] ?? [[], []];
    return {
      h: tensor<Rank.R2>(h, [c.B, hidden]),
      c: tensor<Rank.R2>(cell, [c.B, hidden]),
    };
  }),
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  let worst = 0;
  expected.forEach((value, i) => {
    worst = Math.max(worst, Math.abs((actual[i] ?? NaN) - value) / Math.max(1, Math.abs(value)));
  });
  expect(worst, what).toBeLessThan(2e-5);
}

onEachBackend((use) => {
  for (const [title, c] of Object.entries(golden.cases)) {
    test(`${title}: loss, state and all gradients are PyTorch's`, async () => {
      await use();
      const network = createNetwork(c.network, floats(c.weights));
      const state = stateOf(c);
      let after = state;
      const { value, grads } = tidy(() =>
        variableGrads(() => {
          const out = forward(network, batchOf(c), state, noDropout);
          after = out.state;
          return out.loss;
        }, [...network.parameters.values()]),
      );
      expectClose(await value.data(), [c.loss], 'loss');
      for (const [name, parameter] of network.parameters) {
        const gradient = grads[parameter.name];
        expectClose((await gradient?.data()) ?? [], c.gradients[name] ?? [], `gradient of ${name}`);
      }
      for (const [l, { h, c: cell }] of after.layers.entries()) {
        expectClose(await h.data(), c.after[l]?.[0] ?? [], `h of layer ${l}`);
        expectClose(await cell.data(), c.after[l]?.[1] ?? [], `c of layer ${l}`);
      }
    });

    test(`${title}: one step of AdamW with the clip is PyTorch's`, async () => {
      await use();
      const network = createNetwork(c.network, floats(c.weights));
      const optimiser = new AdamW(network, golden.adam);
      const { norm, state } = await trainStep(network, optimiser, batchOf(c), stateOf(c), {
        rate: golden.adam.rate,
        clip: golden.adam.clip,
        dropout: noDropout,
      });
      expectClose([norm], [c.norm], 'norm');
      const stepped = await network.weights();
      for (const [name, values] of Object.entries(c.stepped)) {
        expectClose(stepped.get(name) ?? [], values, name);
      }
      disposeState(state);
    });

    test(`${title}: the stepper gives PyTorch's logits, token by token and many at a time`, async () => {
      const backend = await use();
      const options = { streams: 1, precision: 'float32' } as const;
      const stepper = backend.createStepper(c.network, floats(c.weights), options);
      const V = c.network.vocabulary;
      for (let b = 0; b < c.B; b++) {
        // The stepper's state is h and, for LSTM, c of each layer.
        const state = c.network.layers.flatMap((hidden, l) =>
          (c.network.cell === 'gru' ? [0] : [0, 1]).flatMap((part) =>
            (c.state[l]?.[part] ?? []).slice(b * hidden, (b + 1) * hidden),
          ),
        );
        stepper.restore(0, Float32Array.from(state));
        let run: number[] = [];
        let from: Float32Array = Float32Array.from(state);
        for (let t = 0; t < c.T; t++) {
          const at = t * c.B + b;
          if (c.starts[at]) {
            stepper.reset(0);
            from = stepper.save(0);
            run = [];
          }
          run.push(c.ids[at] ?? 0);
          const expected = c.logits.slice(at * V, (at + 1) * V);
          expectClose(stepper.step(Int32Array.of(c.ids[at] ?? 0)), expected, `step ${t}`);
          const here = stepper.save(0);
          stepper.restore(0, from);
          expectClose(stepper.read(0, Int32Array.from(run)), expected, `read to ${t}`);
          stepper.restore(0, here);
        }
      }
      stepper.dispose();
    });
  }

  test('several streams do not disturb each other, and score() is the sum of their losses', async () => {
    const backend = await use();
    const c = golden.cases['lstm'] as Golden;
    const make = (streams: number) =>
      backend.createStepper(c.network, floats(c.weights), { streams, precision: 'float32' });
    const many = make(11);
    const single = make(1);
    const V = c.network.vocabulary;
    for (let t = 0; t < 4; t++) {
      const logits = many.step(Int32Array.from({ length: 11 }, (_, s) => (s + t) % V)).slice();
      if (t === 0) single.reset(0);
      expectClose(
        single.step(Int32Array.of((3 + t) % V)),
        [...logits.slice(3 * V, 4 * V)],
        'stream 3',
      );
    }
    single.reset(0);
    const ids = Int32Array.of(3, 1, 4, 1, 5);
    const targets = Int32Array.of(1, 4, 1, 5, 9);
    let expected = 0;
    ids.forEach((id, i) => {
      const row = single.step(Int32Array.of(id));
      const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      expected += total - (row[targets[i] ?? 0] ?? 0);
    });
    single.reset(0);
    expectClose([single.score(0, ids, targets)], [expected], 'score');
  });

  test('leaves no tensor behind after many steps', async () => {
    const { name } = await use();
    // A GPU that the processor plays takes its time.
    const steps = name === 'webgpu' ? 20 : 200;
    const c = golden.cases['gru'] as Golden;
    const network = createNetwork(c.network, floats(c.weights));
    const optimiser = new AdamW(network, golden.adam);
    let state = stateOf(c);
    const dropout = { in: 0.2, between: 0.2, out: 0.2, weightDrop: 0.2, seed: 1 };
    const before = memory().numTensors;
    for (let k = 0; k < steps; k++) {
      ({ state } = await trainStep(network, optimiser, batchOf(c), state, {
        rate: 0.001,
        clip: 1,
        dropout,
      }));
    }
    expect(memory().numTensors).toBe(before);
    disposeState(state);
  });
});
