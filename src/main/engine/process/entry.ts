/** The program of an engine process: `--role trainer`, `sampler`, `exporter` or `gauge`. */
import { randomInt } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { samplerApi, trainerApi } from '../../protocol/engine.ts';
import { exporterApi } from '../../protocol/exporter.ts';
import { gaugeApi } from '../../protocol/gauge.ts';
import { serve } from '../../../shared/rpc/index.ts';
import { lineToHost } from './line.ts';
import { isOutOfMemory } from './memory.ts';

const { role } = parseArgs({ options: { role: { type: 'string' } }, strict: false }).values;
const port = lineToHost();
// A host that is gone wants nothing more; training can go on from its last checkpoint.
port.closed(() => process.exit(0));

/** Bugs go to the host's log. */
const tell = (error: unknown, name: string): string =>
  `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;

if (role === 'trainer') {
  // Before any thread is made: they all inherit it.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const { createTrainer } = await import('./trainer.ts');
  const trainer = createTrainer((name, payload) => server.emit(name, payload));
  const server = serve(trainerApi, port, trainer, {
    unexpected: (error, name) => server.emit('log', tell(error, name)),
  });
} else if (role === 'sampler') {
  const { createSampler } = await import('./sampler.ts');
  const seed = (): number => randomInt(2 ** 32);
  const server = serve(samplerApi, port, createSampler(seed), {
    unexpected(error, name) {
      server.emit('log', tell(error, name));
      // A fresh process has all its memory again.
      if (isOutOfMemory(error)) process.exit(1);
    },
  });
} else if (role === 'exporter') {
  // The writer goes on writing meanwhile.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const { createExporter } = await import('./exporter.ts');
  const server = serve(exporterApi, port, createExporter(), {
    unexpected: (error, name) => server.emit('log', tell(error, name)),
  });
} else if (role === 'gauge') {
  // As what trains: what is measured is what it would have.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const { createGauge } = await import('./gauge.ts');
  const server = serve(gaugeApi, port, createGauge(), {
    unexpected: (error, name) => server.emit('log', tell(error, name)),
  });
} else {
  throw new TypeError(
    `An engine's --role is trainer, sampler, exporter or gauge, not ${String(role)}.`,
  );
}
