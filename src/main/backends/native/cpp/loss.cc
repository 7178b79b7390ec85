// Projection, softmax and cross-entropy with their gradients in one pass over chunks of rows: the
// logits of a chunk become their own gradient in place and are never held for all rows.
#include <vector>

#include "gemm.h"
#include "operations.h"

// Floats of logits held at once (16 MB).
static const Index HELD = 4L << 20;

double softmax_loss(Runtime& rt, const SoftmaxLoss& op) {
  const Kernels* k = rt.k;
  const Packing p = trained(rt);
  const Index N = op.N, H = op.H, V = op.V;
  Index chunk = HELD / V;
  chunk = chunk < 32 ? 32 : chunk;
  chunk = chunk > N ? N : chunk;
  const bool gradients = op.dh != nullptr;
  const float scale = gradients ? 1.0f / float(N) : 0.0f;
  float* forward = rt.scratch[SLOT_B].floats(packed_columns_size(p, V, H));
  float* backward =
      gradients ? rt.scratch[SLOT_B2].floats(packed_columns_size(p, H, V)) : nullptr;
  float* logits = rt.scratch[SLOT_LOGITS].floats(chunk * V);
  size_t rows_size = packed_rows_size(p, chunk, H > V ? H : V);
  size_t transposed = packed_rows_size(p, V, chunk);
  float* rows = rt.scratch[SLOT_A].floats(rows_size > transposed ? rows_size : transposed);
  float* hidden =
      gradients ? rt.scratch[SLOT_STATE].floats(packed_columns_size(p, H, chunk)) : nullptr;
  std::vector<double> losses(N);

  rt.pool.run([&](int id) {
    pack_columns(rt, id, p, {op.w, H, true}, V, H, forward);
    if (gradients) pack_columns(rt, id, p, {op.w, H, false}, H, V, backward);
    for (Index first = 0; first < N; first += chunk) {
      const Index n = N - first < chunk ? N - first : chunk;
      const float* h = op.h + first * H;
      pack_rows(rt, id, p, {h, H, false}, n, H, rows);
      rt.pool.barrier();
      multiply_packed(rt, id, p, n, V, H, rows, forward, logits, V, false, op.b);
      rt.pool.barrier();
      const Share share(n, id, rt.pool.size());
      for (Index r = share.begin; r < share.end; r++)
        losses[first + r] = k->softmax_loss(int(V), logits + r * V, op.inverse_temperature,
                                            op.targets[first + r], scale);
      rt.pool.barrier();
      if (!gradients) continue;
      column_sums(rt, id, n, V, logits, op.db, first > 0);
      pack_rows(rt, id, p, {logits, V, false}, n, V, rows);
      pack_columns(rt, id, p, {h, H, false}, H, n, hidden);
      rt.pool.barrier();
      multiply_packed(rt, id, p, n, H, V, rows, backward, op.dh + first * H, H, false, nullptr);
      rt.pool.barrier();
      pack_rows(rt, id, p, {logits, V, true}, V, n, rows);
      rt.pool.barrier();
      multiply_packed(rt, id, p, V, H, n, rows, hidden, op.dw, H, first > 0, nullptr);
      rt.pool.barrier();
    }
  });
  double total = 0;
  for (double loss : losses) total += loss;
  return total / double(N);
}
