/**
 * The hot operations of the network as custom TensorFlow.js kernels: one gradient here, one
 * implementation for each backend. Names, inputs, attributes and outputs are the contract.
 *
 *   Embedding          {table [V,E], ids [T,B] int32} -> y [T,B,E]
 *   EmbeddingGrad      {dy [T,B,E], ids} {vocabulary} -> dtable [V,E]
 *   Recurrent          {x [T,B,I], h0 [B,H], c0 [B,H], wih [G*H,I], whh [G*H,H], bih [G*H], bhh [G*H],
 *                       starts [T,B] int32 (1: the state is zero before this step)} {cell}
 *                      -> y [T,B,H], hT [B,H], cT [B,H], gates [T,B,G*H] (activated), cells [T,B,H]
 *                      LSTM gates are i,f,g,o. GRU gates are r,z,n with reset after the product
 *                      (n = tanh(Wx + bih + r * (Uh + bhh))), and `cells` holds Uh + bhh of n; c0 and cT pass
 *                      through unchanged.
 *   RecurrentGrad      {dy, dhT, dcT, x, h0, c0, wih, whh, bih, bhh, starts, y, gates, cells} {cell}
 *                      -> dx, dh0, dc0, dwih, dwhh, dbih, dbhh
 *   SoftmaxLoss        {h [N,H], w [V,H], b [V], targets [N] int32} {gradients}
 *                      -> loss [] (mean nats), dh [N,H], dw [V,H], db [V] (empty when gradients is false)
 *   Dropout            {x} {rate, seed, period} -> x * mask/(1-rate); element i is kept by
 *                      keep(seed, i % period): variational when period is smaller than x. Its gradient is itself.
 *   AdamW              {param, grad, m, v} lists, see optimiser.ts: in place, with the global-norm clip.
 *   Linear             {x [N,I], w [O,I], b [O]} -> x w' + b [N,O]
 *   LinearGrad         {dy, x, w} -> dx, dw, db
 */
export {};
