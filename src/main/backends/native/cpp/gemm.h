// Products of matrices from packed blocks (rows) and panels (columns), after Goto & van de Geijn 2008.
#pragma once
#include "runtime.h"

// A matrix that is read: element (i, j) is p[i*ld + j], or p[j*ld + i] when transposed.
struct Matrix {
  const float* p;
  Index ld;
  bool transposed;
};

// How operands are packed: a word is one float32, or two bfloat16 of neighbouring depths, which are
// summed in float32 (mixed precision: Micikevicius et al. 2018, Kalamkar et al. 2019).
struct Packing {
  const Kernels* k;
  bool half;
  Index words(Index depth) const { return half ? (depth + 1) / 2 : depth; }
  void tile(Index words, const float* a, Index stride, const float* b, float* c, Index ldc, int m, int n,
            bool accumulate) const {
    (half ? k->tile_bf16 : k->tile)(words, a, stride, b, c, ldc, m, n, accumulate);
  }
};
inline Packing exact(const Runtime& rt) { return {rt.k, false}; }
// What training uses: bfloat16 where it was asked for and this processor multiplies it.
inline Packing trained(const Runtime& rt) { return {rt.k, rt.half && rt.k->tile_bf16}; }

inline size_t packed_rows_size(const Packing& p, Index m, Index depth) {
  return size_t(ceil_div(m, p.k->mr)) * p.k->mr * p.words(depth);
}
inline size_t packed_columns_size(const Packing& p, Index n, Index depth) {
  return size_t(ceil_div(n, p.k->nr)) * p.k->nr * p.words(depth);
}

// Packs one panel of `columns` <= nr columns of b [depth, n], to [words][nr]; the rest is zero.
void pack_panel(const Packing& p, Matrix b, Index first, Index columns, Index depth, float* to);

// Within a region of the pool: member `id` packs its share of all blocks of a [m, depth], to
// [words][mr] each, or panels of b [depth, n].
void pack_rows(Runtime& rt, int id, const Packing& p, Matrix a, Index m, Index depth, float* to);
void pack_columns(Runtime& rt, int id, const Packing& p, Matrix b, Index n, Index depth, float* to);

// Within a region: c[m,n] (+)= a b for packed a and b, member `id`'s share. `bias` [n] is added to
// each row when not null (and c is not accumulated).
void multiply_packed(Runtime& rt, int id, const Packing& p, Index m, Index n, Index depth, const float* a,
                     const float* b, float* c, Index ldc, bool accumulate, const float* bias);

// c[m,n] (+)= a[m,depth] b[depth,n] (+ bias[n]).
void gemm(Runtime& rt, const Packing& p, Index m, Index n, Index depth, Matrix a, Matrix b, float* c,
          Index ldc, bool accumulate, const float* bias = nullptr);

// Within a region: out[j] (+)= sum over rows of x[rows, n], member `id`'s share of the columns.
void column_sums(Runtime& rt, int id, Index rows, Index n, const float* x, float* out, bool accumulate);
