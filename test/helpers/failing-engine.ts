/** An engine that fails as it is told: the first file to inspect says how. */
import { trainerApi } from '../../src/main/protocol/engine.ts';
import { lineToHost } from '../../src/main/engine/process/line.ts';
import { UserError } from '../../src/shared/errors.ts';
import { serve } from '../../src/shared/rpc/index.ts';

const unused = (): never => {
  throw new RangeError('This engine only fails');
};

function fail(how = ''): void {
  switch (how) {
    case 'exit':
      process.exit(3);
      return;
    case 'abort':
      process.abort();
      return;
    case 'fault':
      process.kill(process.pid, 'SIGSEGV');
      return;
    case 'memory': {
      const kept: unknown[] = [];
      for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
    }
    case 'hang':
      for (;;);
    case 'refuse':
      throw new UserError('text.missing', 'There is no such text.');
  }
}

serve(
  trainerApi,
  lineToHost(),
  {
    hello: () => Promise.resolve({ runsOn: 'nothing', notice: null }),
    ping: () => Promise.resolve(null),
    giveWay: () => Promise.resolve(null),
    estimate: unused,
    gauged: unused,

    async *train({ files }) {
      fail(files[0]);
      return await new Promise<never>(() => undefined);
    },
    inspect({ files }) {
      fail(files[0]);
      return Promise.resolve({
        documents: [],
        words: files.length,
        characters: 0,
        verdict: { size: 'small', sentence: 'Little.' },
        preset: 'small',
      });
    },
  },
  { unexpected: unused },
);
