// Optimiser, embedding, dropout and the gradient of a linear layer.
#include <cmath>
#include <cstring>
#include <vector>

#include "gemm.h"
#include "operations.h"

// Elements a member takes at a time; sums are per piece, so they do not depend on the threads.
static const Index PIECE = 1L << 16;

double adamw(Runtime& rt, const AdamW& op) {
  struct Piece {
    int parameter;
    Index start, count;
  };
  std::vector<Piece> pieces;
  for (int i = 0; i < op.count; i++)
    for (Index start = 0; start < op.parameters[i].count; start += PIECE) {
      Index left = op.parameters[i].count - start;
      pieces.push_back({i, start, left < PIECE ? left : PIECE});
    }
  std::vector<double> squares(pieces.size());
  const Index n = Index(pieces.size());
  rt.pool.run([&](int id) {
    const Share share(n, id, rt.pool.size());
    for (Index i = share.begin; i < share.end; i++)
      squares[i] = rt.k->sum_of_squares(pieces[i].count,
                                        op.parameters[pieces[i].parameter].g + pieces[i].start);
  });
  double total = 0;
  for (double square : squares) total += square;
  const double norm = std::sqrt(total);
  if (!std::isfinite(norm)) return norm;
  const double clip = op.clip / (norm + 1e-6);
  const float correction1 = float(1 - std::pow(op.beta1, double(op.step)));
  const float correction2 = float(1 - std::pow(op.beta2, double(op.step)));
  rt.pool.run([&](int id) {
    const Share share(n, id, rt.pool.size());
    for (Index i = share.begin; i < share.end; i++) {
      const AdamParameter& q = op.parameters[pieces[i].parameter];
      const Kernels::Adam a = {float(clip < 1 ? clip : 1),
                               float(op.rate),
                               q.decay,
                               float(op.beta1),
                               float(op.beta2),
                               float(op.epsilon),
                               correction1,
                               correction2};
      const Index at = pieces[i].start;
      rt.k->adamw(pieces[i].count, q.p + at, q.g + at, q.m + at, q.v + at, a);
    }
  });
  return norm;
}

void embedding(Runtime& rt, Index count, Index, Index E, const float* table, const int32_t* ids,
               float* y) {
  rt.pool.run([&](int id) {
    const Share share(count, id, rt.pool.size());
    for (Index i = share.begin; i < share.end; i++)
      std::memcpy(y + i * E, table + Index(ids[i]) * E, E * sizeof(float));
  });
}

void embedding_gradient(Runtime& rt, Index count, Index V, Index E, const float* dy, const int32_t* ids,
                        float* dtable) {
  // Each member owns a strip of columns, so equal ids never meet.
  rt.pool.run([&](int id) {
    const Share rows(V, id, rt.pool.size());
    std::memset(dtable + rows.begin * E, 0, (rows.end - rows.begin) * E * sizeof(float));
    rt.pool.barrier();
    const Share strip(E, id, rt.pool.size());
    for (Index i = 0; i < count; i++)
      rt.k->add_to(strip.end - strip.begin, dtable + Index(ids[i]) * E + strip.begin,
                   dy + i * E + strip.begin);
  });
}

void dropout(Runtime& rt, Index n, Index period, const float* x, float* y, uint32_t seed,
             uint32_t threshold, float scale) {
  rt.pool.run([&](int id) {
    const Share share(n, id, rt.pool.size());
    rt.k->dropout(share.begin, share.end - share.begin, period, x + share.begin, y + share.begin,
                  seed, threshold, scale);
  });
}

void linear_gradient(Runtime& rt, Index N, Index I, Index O, const float* dy, const float* x,
                     const float* w, float* dx, float* dw, float* db) {
  gemm(rt, trained(rt), N, I, O, {dy, O, false}, {w, I, false}, dx, I, false);
  gemm(rt, trained(rt), O, I, N, {dy, O, true}, {x, I, false}, dw, I, false);
  rt.pool.run([&](int id) { column_sums(rt, id, N, O, dy, db, false); });
}
