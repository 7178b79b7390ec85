import type { Context } from '../context.ts';

/** Changes the logits of the next token, [V], in place and returns them; -Infinity removes a token. */
export type Processor = (logits: Float32Array, context: Context) => Float32Array;
