/**
 * The devices that a network can be trained on, side by side: `npm run bench:devices`. `--only speed` times
 * training steps on the processor and on each GPU that is there, and PyTorch beside them; `--only sample`
 * times our sampler, which is the processor's whatever trains, beside PyTorch on its device; `--only loss`
 * trains the small preset for the same steps on every backend and compares the held-back losses. Speeds are
 * of devices as the app finds them, and none is timed on a GPU where there is none. Losses are not about
 * speed: there TensorFlow is the processor's where the tests have built it, and WebGPU runs on a GPU that the
 * processor plays (SwiftShader, or what UNDERSTUDY_SOFTWARE_GPU names), unless UNDERSTUDY_REAL_GPU is 1.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import {
  getKernel,
  registerKernel,
  unregisterKernel,
  type KernelBackend,
} from '@tensorflow/tfjs-core';
import type { Backend } from '../../src/main/backends/backend.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';
import { createReference } from '../../src/main/backends/reference/index.ts';
import { loadTensorflow } from '../../src/main/backends/tensorflow/index.ts';
import { loadWebgpu } from '../../src/main/backends/webgpu/index.ts';
import {
  createNetwork,
  disposeState,
  initialWeights,
  zeroState,
} from '../../src/main/lm/nn/network.ts';
import { AdamW } from '../../src/main/lm/nn/optimiser.ts';
import { trainStep } from '../../src/main/lm/nn/step.ts';
import { createRandom } from '../../src/main/lm/random.ts';
import { Columns } from '../../src/main/lm/text/batches.ts';
import { readHeldBack } from '../../src/main/lm/training/evaluation.ts';
import { learningRate } from '../../src/main/lm/training/schedule.ts';
import { presets, type NetworkConfig } from '../../src/shared/config.ts';
import { cachedTensorflow } from '../tensorflow/build.mjs';
import { realGpu, softwareGpu } from '../webgpu/software.ts';
import { root } from './command.ts';
import { corporaAt, corporaIn } from './corpora.ts';
import { masksOf, samplingSpeeds, sizes, T, trainingSpeeds, V, type Size } from './throughput.ts';

const run = promisify(execFile);
const script = import.meta.filename;

/**
 * `rounded`: the native kernels with recurrent weights of float16, as `webgpu-auto` keeps them, which is
 * WebGPU as the app trains on it.
 */
const names = ['reference', 'native', 'rounded', 'tensorflow', 'webgpu', 'webgpu-auto'] as const;
type Name = (typeof names)[number];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'speed,sample,loss' },
    on: { type: 'string', default: names.join() },
    steps: { type: 'string', default: '112' },
    characters: { type: 'string', default: '200000' },
    batch: { type: 'string', default: `${presets.small.training.batch}` },
    window: { type: 'string', default: `${presets.small.training.window}` },
    scored: { type: 'string', default: '262144' },
    runs: { type: 'string', default: '10' },
    masks: { type: 'boolean', default: false },
    tf32: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
    // One measurement in a process of its own.
    child: { type: 'string' },
    text: { type: 'string', default: '' },
  },
});
const threads = Number(values.threads);
const runs = Number(values.runs);

const usage = `npm run bench:devices -- [--only speed,sample,loss] [--on native,webgpu] [--threads 2]
  speed:  [--runs 10] [--masks] [--tf32]
  sample: [--runs 10] [--tf32]
  loss:   [--steps 112] [--characters 200000] [--batch 16] [--window 100] [--scored 262144]
--masks trains with the medium preset's dropout, which PyTorch's side lacks. TensorFlow and PyTorch multiply
float32; --tf32 lets both take TF32, which newer NVIDIA cards do faster.
PyTorch is PEER_PYTHON, or .peers/bin/python; the text of the losses comes from ../shared/corpora (CORPORA).
`;

type Part = 'speed' | 'sample' | 'loss';

/** @param software take a GPU that the processor plays, and TensorFlow for the processor, too */
async function load(name: Name, software: boolean): Promise<Backend | { unavailable: string }> {
  switch (name) {
    case 'reference':
      return createReference(null);
    case 'native':
      return loadNative({ threads });
    case 'rounded':
      return rounding(loadNative({ threads }));
    case 'tensorflow': {
      // The one that the tests have built knows no GPU.
      const folder = software ? cachedTensorflow() : null;
      if (folder !== null) process.env['UNDERSTUDY_TENSORFLOW'] ??= folder;
      const precision = values.tf32 ? 'auto' : 'float32';
      return loadTensorflow({ threads, precision, gpu: software ? 'preferred' : 'required' });
    }
    case 'webgpu':
      return loadWebgpu({ threads, precision: 'float32', software });
    case 'webgpu-auto':
      return loadWebgpu({ threads, precision: 'auto', software });
  }
}

/** To the nearest number of float16, whose smallest step is 2^-24. */
function halved(x: number): number {
  if (Math.abs(x) < 2 ** -14) return Math.round(x * 2 ** 24) / 2 ** 24;
  // 11 bits are left of 53 (Dekker 1971).
  const split = x * (2 ** 42 + 1);
  return split - (split - x);
}

/** What float16 does to a loss, also where nothing else is of float16. */
function rounding(native: Backend | { unavailable: string }): Backend | { unavailable: string } {
  if ('unavailable' in native) return native;
  return {
    ...native,
    description: `${native.description}, recurrent weights rounded to float16`,
    async activate() {
      await native.activate();
      for (const kernelName of ['Recurrent', 'RecurrentGrad']) {
        const exact = getKernel(kernelName, 'native');
        unregisterKernel(kernelName, 'native');
        registerKernel({
          ...exact,
          kernelFunc(call) {
            const backend = call.backend as unknown as KernelBackend;
            const whh = call.inputs['whh'];
            if (!whh) throw new TypeError('Input whh is missing');
            const values = (backend.readSync(whh.dataId) as Float32Array).map(halved);
            const dataId = backend.write(values, whh.shape, 'float32');
            try {
              return exact.kernelFunc({
                ...call,
                inputs: { ...call.inputs, whh: { ...whh, dataId } },
              });
            } finally {
              backend.disposeData(dataId);
            }
          },
        });
      }
    },
  };
}

/** The small preset on the first characters of a text: nats held back after so many steps. */
async function heldBackLoss(): Promise<{ loss: number; seconds: number }> {
  const characters = [...readFileSync(values.text, 'utf8').slice(0, Number(values.characters))];
  const alphabet = [...new Set(characters)].sort();
  const index = new Map(alphabet.map((character, i) => [character, i + 2]));
  const ids = Int32Array.from(characters, (character) => index.get(character) ?? 0);
  const cut = Math.floor(0.9 * ids.length);
  const { network: shape, training } = presets.small;
  const config: NetworkConfig = { ...shape, cell: 'lstm', vocabulary: alphabet.length + 2 };
  const network = createNetwork(config, initialWeights(config, createRandom(training.seed)));
  const optimiser = new AdamW(network, training);
  const columns = new Columns(ids.subarray(0, cut), Number(values.batch), Number(values.window));
  const batch = columns.createBatch();
  const steps = Number(values.steps);
  let state = zeroState(config, columns.batch);
  const begun = performance.now();
  for (let step = 0; step < steps; step++) {
    columns.fill(step % columns.windows, batch);
    ({ state } = await trainStep(network, optimiser, batch, state, {
      rate: learningRate(training, step, step / steps),
      clip: training.clip,
      dropout: masksOf(training, step),
    }));
    if ((step + 1) % 10 === 0) console.error(`step ${step + 1} of ${steps}`);
  }
  const seconds = (performance.now() - begun) / 1000;
  disposeState(state);
  const yieldNow = (): Promise<void> => Promise.resolve();
  const limit = Number(values.scored);
  const reading = await readHeldBack(network, ids.subarray(cut), { yieldNow, limit });
  return { loss: reading?.loss ?? NaN, seconds };
}

/** What one measurement in a process of its own prints. */
type Told =
  | { readonly unavailable: string }
  | { readonly description: string; readonly speeds: number[] }
  | { readonly description: string; readonly loss: number; readonly seconds: number };

async function child(what: string): Promise<Told> {
  const [part, name] = what.split(':') as [Part, Name];
  const backend = await load(name, part === 'loss' && !realGpu);
  if ('unavailable' in backend) return backend;
  const { description } = backend;
  if (part === 'sample') return { description, speeds: samplingSpeeds(backend, runs) };
  await backend.activate();
  return part === 'speed'
    ? { description, speeds: await trainingSpeeds(backend, { runs, masks: values.masks }) }
    : { description, ...(await heldBackLoss()) };
}

/** NVIDIA's libraries read it, TensorFlow's and PyTorch's alike. */
const override = values.tf32 ? {} : { NVIDIA_TF32_OVERRIDE: '0' };

async function measured(part: Part, name: Name, text = ''): Promise<Told> {
  const args = [...process.argv.slice(2), '--child', `${part}:${name}`, '--text', text];
  const software = part === 'loss' && name.startsWith('webgpu') && !realGpu ? softwareGpu() : null;
  const { stdout } = await run(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...override, ...software },
    maxBuffer: 1 << 24,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Told;
}

interface Measured {
  readonly name: string;
  readonly description: string;
  readonly speeds: readonly number[];
}

/** PyTorch at the same sizes, on its GPU where it has one; null where there is no PyTorch. */
async function torch(what: 'train' | 'sample', at: readonly Size[]): Promise<Measured | null> {
  const python = path.resolve(root, process.env['PEER_PYTHON'] ?? '.peers/bin/python');
  const args = [path.join(import.meta.dirname, 'torch_step.py'), what];
  args.push(`--runs=${runs}`, `--threads=${threads}`, ...(values.tf32 ? ['--tf32'] : []));
  args.push(...at.map(({ H, B }) => `${H}x${B}`));
  try {
    const { stdout } = await run(python, args, { env: { ...process.env, ...override } });
    return { name: 'PyTorch', ...(JSON.parse(stdout) as Omit<Measured, 'name'>) };
  } catch (error) {
    console.log(`PyTorch is not measured: ${(error as Error).message.split('\n')[0]}`);
    return null;
  }
}

/** A row for each size, a column for each that was measured. */
function printSpeeds(title: string, at: readonly Size[], found: readonly Measured[]): void {
  for (const { name, description } of found) console.log(`${name}: ${description}`);
  const products = `float32, TF32 ${values.tf32 ? 'allowed' : 'off'} in TensorFlow and PyTorch`;
  console.log(`${title}, ${products}; medians of ${runs}\n`);
  console.log(['size'.padEnd(14), ...found.map(({ name }) => name.padStart(12))].join(''));
  for (const [i, { H, B }] of at.entries()) {
    const row = found.map(({ speeds }) => `${Math.round(speeds[i] ?? NaN)}`.padStart(12));
    console.log([`2x${H}, B${B}`.padEnd(14), ...row].join(''));
  }
  console.log();
}

async function compareSpeeds(on: readonly Name[]): Promise<void> {
  const gpus = on.filter((name) => name === 'tensorflow' || name.startsWith('webgpu'));
  const found: Measured[] = [];
  for (const name of gpus) {
    const told = await measured('speed', name);
    if ('unavailable' in told) console.log(`${name} is not measured: ${told.unavailable}.`);
    else if ('speeds' in told) found.push({ name, ...told });
  }
  if (found.length === 0) {
    console.log('There is no GPU here: no speeds are compared.\n');
    return;
  }
  if (on.includes('native')) {
    const told = await measured('speed', 'native');
    if ('speeds' in told) found.unshift({ name: 'native', ...told });
  }
  const peer = await torch('train', sizes.training);
  if (peer) found.push(peer);
  const masks = values.masks ? "ours with the medium preset's masks" : 'no masks';
  printSpeeds(`Tokens a second of training, LSTM, T ${T}, V ${V}, ${masks}`, sizes.training, found);
}

/** B streams at once. Every device leaves this to the native kernels (see DECISIONS.md). */
async function compareSampling(): Promise<void> {
  const told = await measured('sample', 'native');
  if (!('speeds' in told)) throw new Error('There are no native kernels to sample with');
  const peer = await torch('sample', sizes.sampling);
  const found = [{ name: 'native', ...told }, ...(peer ? [peer] : [])];
  const title = `Tokens a second of sampling in B streams, LSTM, V ${V}, temperature 0.7`;
  printSpeeds(title, sizes.sampling, found);
}

async function compareLosses(on: readonly Name[]): Promise<void> {
  if (corporaAt() === null) {
    console.log('There are no texts to learn: CORPORA says where they are.');
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'understudy-devices-'));
  try {
    const text = corporaIn(folder).plays;
    console.log(
      `Small preset, batch ${values.batch}, window ${values.window}, the first ${values.characters} characters of ` +
        `tiny-shakespeare, ${values.steps} steps, held-back nats`,
    );
    for (const name of on) {
      const told = await measured('loss', name, text);
      if ('unavailable' in told) console.log(`${name.padEnd(12)}not measured: ${told.unavailable}`);
      else if ('loss' in told) {
        console.log(
          `${name.padEnd(12)}${told.loss.toFixed(6)}  ${told.seconds.toFixed(0).padStart(5)} s  ${told.description}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (values.help) {
  process.stdout.write(usage);
} else if (values.child !== undefined) {
  console.log(JSON.stringify(await child(values.child)));
} else {
  const on = names.filter((name) => values.on.split(',').includes(name));
  const parts = values.only.split(',');
  if (parts.includes('speed')) await compareSpeeds(on);
  if (parts.includes('sample')) await compareSampling();
  if (parts.includes('loss')) await compareLosses(on);
}
