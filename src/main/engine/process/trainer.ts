import { once } from 'node:events';
import { chooseBackend } from '../../backends/choose.ts';
import type { TrainerApi } from '../../protocol/engine.ts';
import type { GaugeAnswer } from '../../protocol/gauge.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { success } from '../../../shared/result.ts';
import { ItemQueue, type Emit, type Handlers } from '../../../shared/rpc/index.ts';
import { equipmentHere, type Equipment, type Gauge } from '../devices/index.ts';
import { estimateTraining } from '../estimate-training.ts';
import { inspectSources } from '../inspect-sources.ts';
import { computer, type System } from '../system.ts';
import { trainVoice } from '../train-voice.ts';
import { choicesOf } from './choices.ts';
import { Gate } from './gate.ts';
import { isOutOfMemory } from './memory.ts';

/** Of progress only the newest matters. */
const newest = (earlier: TrainingEvent, later: TrainingEvent): TrainingEvent | null =>
  earlier.kind === 'progress' && later.kind === 'progress' ? later : null;

/** Milliseconds between two events of progress. */
const PROGRESS_EVERY = 100;

/**
 * Answers what the host asks of the process that trains.
 *
 * @param emit asks the host to try a device, and tells which is in use
 */
export function createTrainer(
  emit: Emit<TrainerApi>,
  equip: typeof equipmentHere = equipmentHere,
): Handlers<TrainerApi> {
  const gate = new Gate();
  /** As the backend takes it: undefined for all. */
  let threads: number | undefined;
  // One at a time: two that are measured together would both look slow.
  let measuring: Promise<unknown> = Promise.resolve();

  /** Time in which training gives way counts for nothing; `memoryLimit` is of the whole process. */
  const systemFor = (memoryLimit: number, signal?: AbortSignal): System => ({
    now: () => computer.now() - gate.held,
    availableMemory() {
      const available = computer.availableMemory();
      if (memoryLimit === 0) return available;
      return Math.min(available, Math.max(0, memoryLimit - process.memoryUsage.rss()));
    },
    pause: (team) => gate.pass(signal, team),
  });

  /** Devices that the host tries for us, by number. */
  const asked = new Map<number, (answer: GaugeAnswer) => void>();
  let numbers = 0;
  const gauge: Gauge = (request, signal) =>
    new Promise((resolve) => {
      const id = numbers++;
      // The process ends by itself, and is not waited for.
      const leave = (): void => settle({ kind: 'failed', why: 'it was stopped' });
      const settle = (answer: GaugeAnswer): void => {
        asked.delete(id);
        signal.removeEventListener('abort', leave);
        resolve(answer);
      };
      asked.set(id, settle);
      signal.addEventListener('abort', leave);
      emit('gauge', { id, request });
    });
  const equipmentFor = (readings: string): Equipment =>
    equip(gauge, readings, (gpu) => emit('uses', gpu));

  return {
    async hello(request) {
      threads = request.threads || undefined;
      // The process before this one may have ended without a word.
      emit('uses', null);
      const { description, notice } = await chooseBackend({ threads, precision: 'auto' });
      return { runsOn: description, notice };
    },
    ping: () => Promise.resolve(null),
    giveWay({ how, milliseconds }) {
      if (how === 'wait') gate.close(milliseconds);
      else gate.slow(milliseconds);
      return Promise.resolve(null);
    },
    gauged({ id, answer }) {
      asked.get(id)?.(answer);
      return Promise.resolve(null);
    },
    inspect: ({ files, choices }) => inspectSources(files, choicesOf(choices)),
    async estimate({ files, choices, device, readings }) {
      const request = { ...choicesOf(choices), files, device, threads };
      const estimate = measuring.then(() =>
        estimateTraining(request, computer, equipmentFor(readings)),
      );
      measuring = estimate.catch(() => undefined);
      return estimate;
    },
    async *train({ files, out, choices, device, readings, resume, memoryLimit }, signal) {
      // Beside an estimate it would measure half of a computer. What that finds is mostly what is needed here.
      if (!signal.aborted) await Promise.race([measuring, once(signal, 'abort')]);
      if (signal.aborted) return { ending: 'stopped' };
      const events = new ItemQueue<TrainingEvent, null>(newest);
      let told = -Infinity;
      const event = (event: TrainingEvent): void => {
        if (event.kind === 'progress') {
          const now = performance.now();
          if (now - told < PROGRESS_EVERY) return;
          told = now;
        }
        events.item(event);
      };
      const system = systemFor(memoryLimit, signal);
      const request = { ...choicesOf(choices), files, out, resume, range: null, device, threads };
      const job = { signal, event, system, equipment: equipmentFor(readings) };
      const trained = trainVoice(request, job).catch((error: unknown) => {
        // A fresh process has all its memory again, and goes on from the last checkpoint.
        if (isOutOfMemory(error)) process.exit(1);
        throw error;
      });
      const end = (): void => events.end(success(null));
      trained.then(end, end);
      yield* events.items();
      const { ending } = await trained;
      return { ending };
    },
  };
}
