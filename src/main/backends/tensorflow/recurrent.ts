import { keptName } from '../../lm/nn/ops.ts';
import type { Handle } from './binding.ts';
import type { DeviceCall, DeviceKernel } from './call.ts';
import type { CellTensors, LayerOps, Stretched } from './layer.ts';
import type { Ops } from './ops.ts';
import { stretchesOf, type Stretch } from './stretches.ts';

/** One layer for each kind of cell. */
export interface Layers {
  readonly lstm: LayerOps;
  readonly gru: LayerOps;
}

function inputsOf(call: DeviceCall, layers: Layers) {
  const [T, B, I] = call.shape('x', 3) as [number, number, number];
  const [, H] = call.shape('h0', 2) as [number, number];
  const lstm = call.attribute('cell') !== 'gru';
  const G = (lstm ? 4 : 3) * H;
  const weights: CellTensors = [
    call.handle('wih', [G, I]),
    call.handle('whh', [G, H]),
    call.handle('bih', [G]),
    call.handle('bhh', [G]),
  ];
  return {
    ...{ T, B, I, H, lstm },
    layer: lstm ? layers.lstm : layers.gru,
    weights,
    x: call.handle('x'),
    h0: call.handle('h0', [B, H]),
    c0: call.handle('c0', [B, H]),
    stretches: stretchesOf(call.integers('starts', [T, B]), T, B),
  };
}

/** The state as it goes into a stretch: zero in the columns that begin anew. */
function entering(ops: Ops, state: Handle, { goesOn }: Stretch): Handle {
  return goesOn ? ops.mul(state, ops.tensor(goesOn, [goesOn.length, 1])) : state;
}

/**
 * Recurrent and RecurrentGrad of lm/nn/ops.ts: the window is cut where a state is reset, and each stretch
 * is one call of the layer's op. What is kept for the gradient: of each stretch what its op kept, then,
 * for all but the first, the state that went in.
 */
export function recurrentKernels(
  layers: Layers,
): Record<'Recurrent' | 'RecurrentGrad', DeviceKernel> {
  return {
    Recurrent(call) {
      const { ops } = call;
      const { layer, lstm, weights, x, h0, c0, stretches } = inputsOf(call, layers);
      const packed = layer.pack(ops, weights);
      const none = lstm ? null : ops.scalar(0);
      const ys: Handle[] = [];
      const kept: Handle[] = [];
      let [h, c] = [h0, c0];
      stretches.forEach((stretch, i) => {
        const input: Stretched = {
          x: ops.rows(x, stretch.from, stretch.to),
          h: entering(ops, h, stretch),
          c: none ?? entering(ops, c, stretch),
        };
        const passed = layer.forward(ops, packed, input);
        ys.push(passed.y);
        kept.push(...passed.kept);
        if (i > 0) kept.push(...(lstm ? [input.h, input.c] : [input.h]));
        h = passed.h;
        c = passed.c ?? c;
      });
      return [ops.concat(ys, 0), h, lstm ? c : ops.alias(c0), ...kept];
    },

    RecurrentGrad(call) {
      const { ops } = call;
      const { T, B, I, H, layer, lstm, weights, x, h0, c0, stretches } = inputsOf(call, layers);
      const packed = layer.pack(ops, weights);
      const none = lstm ? null : ops.scalar(0);
      const y = call.handle('y', [T, B, H]);
      const dy = call.handle('dy', [T, B, H]);
      let place = 0;
      const next = (): Handle => call.handle(keptName(place++));
      const passed = stretches.map((stretch, i) => {
        const kept = Array.from({ length: layer.keeps }, next);
        const h = i === 0 ? entering(ops, h0, stretch) : next();
        const c = none ?? (i === 0 ? entering(ops, c0, stretch) : next());
        return { stretch, kept, h, c };
      });
      const dxs: Handle[] = [];
      const gradients: Handle[][] = [];
      let [dh, dc]: (Handle | null)[] = [null, null];
      for (const { stretch, kept, h, c } of passed.reverse()) {
        const part = (all: Handle): Handle => ops.rows(all, stretch.from, stretch.to);
        const upstream = { y: part(y), dy: part(dy), kept, dh: dh ?? null, dc: dc ?? null };
        const found = layer.backward(ops, packed, { x: part(x), h, c }, upstream);
        dxs.unshift(found.dx);
        gradients.push(found.weights);
        dh = entering(ops, found.dh, stretch);
        dc = found.dc && entering(ops, found.dc, stretch);
      }
      const [first = []] = gradients;
      const total = first.map((gradient, i) =>
        gradients.length === 1
          ? gradient
          : ops.addAll(gradients.map((stretch) => stretch[i] as Handle)),
      );
      return [ops.concat(dxs, 0), ...layer.unpack(ops, total, { I, H })];
    },
  };
}
