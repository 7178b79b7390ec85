/** The engine's program with the devices of a test. */
import { parseArgs } from 'node:util';
import { equipmentHere } from '../../src/main/engine/devices/index.ts';
import { createGauge } from '../../src/main/engine/process/gauge.ts';
import { lineToHost } from '../../src/main/engine/process/line.ts';
import { createTrainer } from '../../src/main/engine/process/trainer.ts';
import { trainerApi } from '../../src/main/protocol/engine.ts';
import { gaugeApi } from '../../src/main/protocol/gauge.ts';
import { serve } from '../../src/shared/rpc/index.ts';
import { fakesOfTest } from './fake-devices.ts';

const { role } = parseArgs({ options: { role: { type: 'string' } } }).values;
const port = lineToHost();
port.closed(() => process.exit(0));
const unexpected = (error: unknown): void => {
  process.stderr.write(`${String(error)}\n`);
};
if (role === 'gauge') {
  serve(gaugeApi, port, createGauge(fakesOfTest()), { unexpected });
} else {
  const trainer = createTrainer(
    (name, payload) => server.emit(name, payload),
    (...parts) => ({
      ...equipmentHere(...parts),
      devices: fakesOfTest(),
      // Processes start slowly on a busy computer.
      patience: 100_000,
    }),
  );
  const server = serve(trainerApi, port, trainer, { unexpected });
}
