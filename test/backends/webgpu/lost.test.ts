import { createRequire } from 'node:module';
import { memory, tensor } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/main/backends/backend.ts';
import { Gpu } from '../../../src/main/backends/webgpu/gpu.ts';
import { loadDawn, type Dawn } from '../../../src/main/backends/webgpu/package.ts';
import type { Block } from '../../../src/main/backends/webgpu/pool.ts';
import { add } from '../../../src/main/backends/webgpu/shaders/elementwise.ts';
import { createNetwork, disposeState, zeroState } from '../../../src/main/lm/nn/network.ts';
import { linear } from '../../../src/main/lm/nn/ops.ts';
import { AdamW } from '../../../src/main/lm/nn/optimiser.ts';
import { evaluateStep, trainStep } from '../../../src/main/lm/nn/step.ts';
import type { NetworkConfig } from '../../../src/shared/config.ts';
import { gpuOf, webgpuForTests } from '../../helpers/backends.ts';
import { randomBatch, randomWeights } from '../../helpers/random-network.ts';

interface Package {
  create(options: string[]): Dawn;
}

const config: NetworkConfig = {
  ...{ cell: 'lstm', vocabulary: 11, embedding: 5, layers: [5] },
  ...{ projection: 0, tied: true },
};
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 };
const batch = randomBatch(config.vocabulary, 3, 2, 7);
const options = {
  ...{ rate: 1e-3, clip: 1 },
  dropout: { in: 0, between: 0, out: 0, weightDrop: 0, seed: 0 },
};

/** Kept: a device whose Dawn is collected takes the process with it. */
let nothing: Dawn | null = null;

const webgpu = await webgpuForTests();
const missing = 'unavailable' in webgpu ? webgpu.unavailable : null;
if (missing !== null) console.log(`webgpu is not tested here: ${missing}`);

describe.skipIf(missing !== null)('a GPU', () => {
  const backend = webgpu as Backend;
  const unhandled: unknown[] = [];
  process.on('unhandledRejection', (reason) => unhandled.push(reason));
  afterEach(() => {
    expect(unhandled).toEqual([]);
  });

  /** A second device beside the one of the backend, and what `change` makes of it. */
  async function another(
    change: (device: GPUDevice) => void = () => undefined,
    patience = 30_000,
  ): Promise<Gpu> {
    const dawn = loadDawn();
    if ('unavailable' in dawn) throw new Error(dawn.unavailable);
    const device = await (await dawn.requestAdapter({}))?.requestDevice();
    if (!device) throw new Error('there is an adapter');
    const gpu = new Gpu(device, { patience });
    change(device);
    return gpu;
  }

  const sumOn = async (gpu: Gpu): Promise<Float32Array> => {
    const [a, b, sum] = [gpu.take(8), gpu.take(8), gpu.take(8)];
    gpu.upload(a, Float32Array.of(1, 2));
    gpu.upload(b, Float32Array.of(3, 4));
    gpu.run(add, { a, b, sum }, { count: 2 }, [1]);
    return new Float32Array(await gpu.read(sum, 8));
  };

  test('that is lost in a step is one error, leaves no tensor, and is opened anew', async () => {
    await backend.activate();
    const before = memory().numTensors;
    const network = createNetwork(config, randomWeights(config, 1));
    const optimiser = new AdamW(network, adam);
    const first = await trainStep(network, optimiser, batch, zeroState(config, 2), options);
    const step = trainStep(network, optimiser, batch, first.state, options);
    gpuOf().device.destroy();
    await expect(step).rejects.toMatchObject({ name: 'UserError', code: 'backend.lost' });
    await expect(step).rejects.toThrow(
      /^The GPU stopped working \(.+\); a newer driver may help\.$/,
    );
    expect(optimiser.step).toBe(1);
    // Whatever is asked for from now on says the same.
    const lost = { code: 'backend.lost' };
    const state = zeroState(config, 2);
    await expect(evaluateStep(network, batch, state)).rejects.toMatchObject(lost);
    disposeState(state);
    await expect(network.weights()).rejects.toMatchObject(lost);
    await expect(optimiser.state()).rejects.toMatchObject(lost);
    optimiser.dispose();
    network.dispose();

    await backend.activate();
    const next = createNetwork(config, randomWeights(config, 1));
    const read = await evaluateStep(next, batch, zeroState(config, 2));
    expect(read.nats).toBeCloseTo(first.loss, 5);
    disposeState(read.state);
    next.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('that cannot hold a tensor says how much is missing', async () => {
    await backend.activate();
    const x = tensor(new Float32Array(40_000), [40_000, 1]);
    const b = tensor(new Float32Array(40_000));
    // A product of 6.4 GB.
    expect(() => linear(x, x, b)).toThrow(
      expect.objectContaining({
        code: 'backend.lost',
        message: expect.stringMatching(
          /^The GPU has too little free memory .+\(\d+ MB more/,
        ) as string,
      }) as Error,
    );
    x.dispose();
    b.dispose();
  });

  test('whose memory runs out says so where its numbers are waited for', async () => {
    // Dawn's own stand-in for a GPU computes nothing, and has half a gigabyte.
    nothing ??= (createRequire(import.meta.url)('webgpu') as Package).create(['backend=null']);
    const device = await (await nothing.requestAdapter({}))?.requestDevice();
    if (!device) throw new Error('there is an adapter');
    const gpu = new Gpu(device);
    const blocks = Array.from({ length: 5 }, () => gpu.take(120e6));
    const [a, b, sum] = blocks.slice(2) as [Block, Block, Block];
    gpu.run(add, { a, b, sum }, { count: 2 }, [1]);
    await expect(gpu.read(sum, 8)).rejects.toMatchObject({
      code: 'backend.lost',
      message: expect.stringMatching(/too little free memory .*\(1\d\d MB more/) as string,
    });
  });

  test('that does not answer is waited for no longer than it is worth', async () => {
    const gpu = await another((device) => {
      const createBuffer = device.createBuffer.bind(device);
      Object.assign(device, {
        createBuffer: (descriptor: GPUBufferDescriptor) =>
          Object.assign(createBuffer(descriptor), {
            mapAsync: () => new Promise(() => undefined),
          }),
      });
    }, 50);
    await expect(sumOn(gpu)).rejects.toMatchObject({
      code: 'backend.lost',
      message: expect.stringContaining('did not answer for 0.05 seconds') as string,
    });
  });

  test('that refuses a program says so, and never in the words of a compiler alone', async () => {
    const gpu = await another();
    const [a, b, sum] = [gpu.take(8), gpu.take(8), gpu.take(8)];
    const broken = { ...add, name: 'broken', body: 'fn run(at: At) { nonsense }' };
    gpu.run(broken, { a, b, sum }, { count: 2 }, [1]);
    await expect(gpu.read(sum, 8)).rejects.toMatchObject({
      code: 'backend.lost',
      message: expect.stringMatching(/^The GPU refused a command \([^\n]+\); [^\n]+\.$/) as string,
    });
  });

  test('reads what was written last, also into memory that is used again', async () => {
    const gpu = await another();
    for (let round = 0; round < 3; round++) expect([...(await sumOn(gpu))]).toEqual([4, 6]);
    const [a, b, sum] = [gpu.take(8), gpu.take(8), gpu.take(8)];
    gpu.upload(a, Float32Array.of(1, 1));
    gpu.upload(b, Float32Array.of(1, 1));
    gpu.run(add, { a, b, sum }, { count: 2 }, [1]);
    // Recorded, not run yet: it must not see this.
    gpu.upload(a, Float32Array.of(9, 9));
    expect([...new Float32Array(await gpu.read(sum, 8))]).toEqual([2, 2]);
  });
});
