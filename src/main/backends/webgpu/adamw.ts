import { elements, groupsFor, type DeviceKernel } from './call.ts';
import { adamw as update, norm } from './shaders/adamw.ts';
import { ELEMENTS } from './shaders/elementwise.ts';
import { squares, SQUARES_A_GROUP } from './shaders/sums.ts';

/** AdamW of lm/nn/optimiser.ts in place. Whether to go on is known on the device only, and decided there. */
export const adamw: DeviceKernel = (call) => {
  const count = call.number('count');
  const gradients = Array.from({ length: count }, (_, i) => {
    const { shape } = call.info(`g${i}`);
    return { i, shape, size: elements(shape), block: call.floats(`g${i}`) };
  });
  const groups = gradients.map(({ size }) => Math.ceil(size / SQUARES_A_GROUP));
  const total = groups.reduce((sum, n) => sum + n, 0);
  const parts = call.scratch(total);
  let from = 0;
  for (const { i, size, block } of gradients) {
    const own = groups[i] ?? 0;
    call.run(squares, { vector: block, parts }, { count: size, begin: from }, groupsFor(own));
    from += own;
  }
  const report = call.output([2]);
  const clip = call.scratch(2);
  const loss = call.floats('loss', []);
  const limit = call.number('clip');
  call.run(norm, { parts, loss, report: report.block, clip }, { count: total, limit }, [1]);
  const [rate, beta1, beta2, epsilon, step] = (
    ['rate', 'beta1', 'beta2', 'epsilon', 'step'] as const
  ).map((name) => call.number(name)) as [number, number, number, number, number];
  const decays = call.attribute('decays') as number[];
  for (const { i, shape, size, block } of gradients) {
    call.run(
      update,
      {
        ...{ g: block, clip },
        ...{ p: call.changed(`p${i}`, shape), m: call.changed(`m${i}`, shape) },
        v: call.changed(`v${i}`, shape),
      },
      {
        ...{ count: size, rate, keep: 1 - rate * (decays[i] ?? 0), beta1, beta2, epsilon },
        ...{ fresh1: 1 - beta1, fresh2: 1 - beta2 },
        firstScale: 1 / (1 - beta1 ** step),
        secondScale: 1 / (1 - beta2 ** step),
      },
      groupsFor(Math.ceil(size / ELEMENTS)),
    );
  }
  return report.info;
};
