import { speedsSentence } from '../../shared/devices.ts';
import { droppedWords } from '../../shared/formats.ts';
import type { DocumentReport, TrainingEvent, TrainingStage } from '../../shared/events.ts';
import { bytes, count, duration, figure, oneLine, plural } from './format.ts';
import type { Output } from './output.ts';

/** Shows a training run while it goes on. */
export interface TrainView {
  show(event: TrainingEvent): void;
  /** Leaves the terminal as it was; more may be printed after it. */
  close(): void;
}

type Progress = Extract<TrainingEvent, { kind: 'progress' }>;

/** JSON lines: each event as it is, progress at most ten times a second. */
export function jsonView(output: Output, now: () => number): TrainView {
  let last = -Infinity;
  return {
    show({ kind, ...fields }) {
      if (kind === 'progress') {
        if (now() - last < 100) return;
        last = now();
      }
      output.json({ event: kind, ...fields });
    },
    close: () => undefined,
  };
}

/** Evaluating and saving come and go quickly; what they find is told by other events. */
const stages: Readonly<Partial<Record<TrainingStage, string>>> = {
  reading: 'Reading your pages',
  measuring: 'Measuring this computer',
  training: 'Training',
};

const changeNames: Readonly<Record<string, string>> = {
  lineEnds: 'line ends made alike',
  joinedLines: 'lines joined',
  composed: 'letters composed',
  lowered: 'capitals lowered',
  punctuation: 'marks removed',
};

/** Files named one by one; the rest are counted. */
const LISTED = 12;

function documentLine({ name, encoding, words, changes, dropped }: DocumentReport): string {
  const remarks = Object.entries(changes)
    .filter(([, times]) => times > 0)
    .map(([change, times]) => `${count(times)} ${changeNames[change] ?? change}`);
  if (dropped.length > 0) remarks.push(`left out: ${dropped.map(droppedWords).join(', ')}`);
  if (encoding !== 'utf-8') remarks.unshift(encoding);
  return `  ${name}: ${[plural(words, 'word'), ...remarks].join(', ')}\n`;
}

function reportText(event: Extract<TrainingEvent, { kind: 'report' }>): string {
  const listed = event.documents.slice(0, LISTED).map(documentLine);
  const rest = event.documents.length - listed.length;
  if (rest > 0) listed.push(`  and ${plural(rest, 'more file')}\n`);
  return (
    listed.join('') +
    `  ${plural(event.words, 'word')}, ${plural(event.characters, 'character')} in ${plural(event.files, 'file')}; ` +
    `${count(event.vocabulary)} kinds of unit` +
    (event.unknown > 0 ? `, ${figure(100 * event.unknown, 1)} % of the text unknown` : '')
  );
}

/** Everything but progress as a sentence; null where there is nothing to say. */
export function sentence(event: Exclude<TrainingEvent, Progress>): string | null {
  switch (event.kind) {
    case 'stage':
      return stages[event.stage] ?? null;
    case 'report':
      return reportText(event);
    case 'estimate':
      return (
        `  ${plural(event.parameters, 'parameter')} on ${event.backend}: about ${duration(event.seconds)}, ` +
        `${count(event.charactersPerSecond)} characters/s, ${bytes(event.memoryBytes)} of memory` +
        (event.speeds.length > 1 ? `\n  ${speedsSentence(event.speeds, 'characters/s')}` : '')
      );
    case 'evaluation':
      return (
        `  step ${count(event.step)}, ${duration(event.seconds)}: held-back pages ${figure(event.bitsPerCharacter, 3)} ` +
        `bits/character, loss ${figure(event.heldBackLoss)}${event.best ? ', the best so far' : ''}`
      );
    case 'resumed':
      return `  going on from step ${count(event.step)}`;
    case 'sample':
      return `    ${event.temperature.toFixed(2)} │ ${oneLine(event.text, 90)}`;
    case 'rollback':
      return (
        `  At step ${count(event.step)} ${event.reason}: back to the last good checkpoint, ` +
        `learning rate now ${event.rate.toPrecision(3)}`
      );
    case 'notice':
      return `  ${event.text}`;
  }
}

const progressLine = (event: Progress): string =>
  `  ${event.percent.toFixed(0).padStart(3)} %  ${duration(event.etaSeconds)} left, ` +
  `${count(event.charactersPerSecond)} characters/s, loss ${figure(event.trainingLoss, 3)}`;

/** Plain lines for a pipe or a log: a line of progress every few seconds. */
export function plainView(output: Output, now: () => number, everyMilliseconds = 5000): TrainView {
  let last = -Infinity;
  return {
    show(event) {
      if (event.kind !== 'progress') {
        const line = sentence(event);
        if (line !== null) output.out(`${line}\n`);
        return;
      }
      if (now() - last < everyMilliseconds) return;
      last = now();
      output.out(`${progressLine(event)}\n`);
    },
    close: () => undefined,
  };
}

/** A progress bar for a person at a terminal; sentences scroll by above it. */
export async function barView(output: Output): Promise<TrainView> {
  const { MultiBar } = await import('cli-progress');
  const bars = new MultiBar({
    format: '  {bar} {percent} %  {left} left  {speed} characters/s  loss {loss}',
    barsize: 28,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    // Ctrl+C is ours: it saves before it stops.
    gracefulExit: false,
    clearOnComplete: true,
    fps: 8,
  });
  let bar: ReturnType<typeof bars.create> | undefined;
  return {
    show(event) {
      if (event.kind === 'progress') {
        const payload = {
          percent: event.percent.toFixed(0).padStart(3),
          left: duration(event.etaSeconds),
          speed: count(event.charactersPerSecond),
          loss: figure(event.trainingLoss, 3),
        };
        bar ??= bars.create(100, 0, payload);
        bar.update(event.percent, payload);
        return;
      }
      const line = sentence(event);
      if (line === null) return;
      if (bar) bars.log(`${line}\n`);
      else output.note(`${line}\n`);
    },
    close() {
      // What was logged since the last frame would be lost.
      bars.update();
      bars.stop();
    },
  };
}
