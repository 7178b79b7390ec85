import * as v from 'valibot';
import { whole } from './api/values.ts';

/** The sizes of a network, each within what is accepted wherever one comes in. */
export const networkFields = {
  cell: v.picklist(['lstm', 'gru']),
  vocabulary: whole(2, 1_000_000),
  embedding: whole(1, 8192),
  layers: v.pipe(v.array(whole(1, 8192)), v.minLength(1), v.maxLength(4), v.readonly()),
  projection: whole(0, 8192),
  tied: v.boolean(),
};
