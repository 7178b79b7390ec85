// Products of matrices from packed blocks (rows) and panels (columns), after Goto & van de Geijn 2008.
#pragma once
#include "runtime.h"

// A matrix that is read: element (i, j) is p[i*ld + j], or p[j*ld + i] when transposed.
struct Matrix {
  const float* p;
  long ld;
  bool transposed;
};

inline size_t packed_rows_size(const Kernels* k, long m, long depth) {
  return size_t(ceil_div(m, k->mr)) * k->mr * depth;
}
inline size_t packed_columns_size(const Kernels* k, long n, long depth) {
  return size_t(ceil_div(n, k->nr)) * k->nr * depth;
}

// Packs one block of `rows` <= mr rows of a [m, depth] from row `first`, to [depth][mr]; rows past
// the end are zero.
void pack_block(const Kernels* k, Matrix a, long first, long rows, long depth, float* to);
// Packs one panel of `columns` <= nr columns of b [depth, n], to [depth][nr]; the rest is zero.
void pack_panel(const Kernels* k, Matrix b, long first, long columns, long depth, float* to);

// Within a region of the pool: member `id` packs its share of all blocks or panels.
void pack_rows(Runtime& rt, int id, Matrix a, long m, long depth, float* to);
void pack_columns(Runtime& rt, int id, Matrix b, long n, long depth, float* to);

// Within a region: c[m,n] (+)= a b for packed a and b, member `id`'s share. `bias` [n] is added to
// each row when not null (and c is not accumulated).
void multiply_packed(Runtime& rt, int id, long m, long n, long depth, const float* a, const float* b,
                     float* c, long ldc, bool accumulate, const float* bias);

// c[m,n] (+)= a[m,depth] b[depth,n] (+ bias[n]).
void gemm(Runtime& rt, long m, long n, long depth, Matrix a, Matrix b, float* c, long ldc,
          bool accumulate, const float* bias = nullptr);

// Within a region: out[j] (+)= sum over rows of x[rows, n], member `id`'s share of the columns.
void column_sums(Runtime& rt, int id, long rows, long n, const float* x, float* out, bool accumulate);
