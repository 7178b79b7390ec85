import type { Handle } from './binding.ts';
import type { DeviceKernel } from './call.ts';

/**
 * AdamW of lm/nn/optimiser.ts of simple ops. Weights and moments stay on the device: a new tensor takes the
 * place of the old one. Only loss and norm are read.
 */
export const adamw: DeviceKernel = (call) => {
  const { ops } = call;
  const count = call.number('count');
  const gradients = Array.from({ length: count }, (_, i) => call.handle(`g${i}`));
  const halves = gradients.map((g) => ops.one('L2Loss', [ops.floats], [g]));
  const norm = ops.unary('Sqrt', ops.mul(ops.addAll(halves), ops.scalar(2)));
  const loss = call.handle('loss', []);
  const both = ops.reshape(ops.concat([ops.reshape(loss, [1]), ops.reshape(norm, [1])], 0), [2]);
  const [nats = NaN, value = NaN] = ops.binding.tensorDataSync(both.id);
  if (!Number.isFinite(nats) || !Number.isFinite(value)) return both;
  const clip = Math.min(1, call.number('clip') / (value + 1e-6));
  const [rate, beta1, beta2, epsilon, step] = (
    ['rate', 'beta1', 'beta2', 'epsilon', 'step'] as const
  ).map((name) => call.number(name)) as [number, number, number, number, number];
  const decays = call.attribute('decays') as number[];
  // sqrt(v / c) + epsilon = (sqrt(v) + epsilon sqrt(c)) / sqrt(c): the corrections go into two numbers.
  const correction = Math.sqrt(1 - beta2 ** step);
  const rateNow = ops.scalar((rate * correction) / (1 - beta1 ** step));
  const epsilonNow = ops.scalar(epsilon * correction);
  const [first, second] = [ops.scalar(beta1), ops.scalar(beta2)];
  const fresh = ops.scalar((1 - beta1) * clip);
  const freshSquare = ops.scalar((1 - beta2) * clip * clip);
  const shrinks = new Map<number, Handle>();
  gradients.forEach((g, i) => {
    const m = ops.add(ops.mul(call.handle(`m${i}`), first), ops.mul(g, fresh));
    const square = ops.mul(ops.unary('Square', g), freshSquare);
    const v = ops.add(ops.mul(call.handle(`v${i}`), second), square);
    const root = ops.add(ops.unary('Sqrt', v), epsilonNow);
    const update = ops.binary('RealDiv', ops.mul(m, rateNow), root);
    const decay = decays[i] ?? 0;
    let p = call.handle(`p${i}`);
    if (decay !== 0) {
      let shrink = shrinks.get(decay);
      if (!shrink) shrinks.set(decay, (shrink = ops.scalar(1 - rate * decay)));
      p = ops.mul(p, shrink);
    }
    call.replace(`p${i}`, ops.sub(p, update));
    call.replace(`m${i}`, m);
    call.replace(`v${i}`, v);
  });
  return both;
};
