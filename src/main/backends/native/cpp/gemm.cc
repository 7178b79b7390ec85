#include "gemm.h"

#include <cstring>

// Depth of a pass: a panel of 32 columns is then 32 KB and stays in the first cache.
static const long PASS = 256;
// Rows that reuse a panel while it is there: their blocks fit the second cache.
static const long CHUNK = 96;

void pack_block(const Kernels* k, Matrix a, long first, long rows, long depth, float* to) {
  const int mr = k->mr;
  if (a.transposed) {
    const float* from = a.p + first;
    for (long i = 0; i < depth; i++, from += a.ld, to += mr) {
      for (long r = 0; r < rows; r++) to[r] = from[r];
      for (long r = rows; r < mr; r++) to[r] = 0;
    }
    return;
  }
  k->transpose(rows, depth, a.p + first * a.ld, a.ld, to, mr);
  for (long r = rows; r < mr; r++)
    for (long i = 0; i < depth; i++) to[i * mr + r] = 0;
}

void pack_panel(const Kernels* k, Matrix b, long first, long columns, long depth, float* to) {
  const int nr = k->nr;
  if (!b.transposed) {
    const float* from = b.p + first;
    for (long i = 0; i < depth; i++, from += b.ld, to += nr) {
      std::memcpy(to, from, columns * sizeof(float));
      for (long j = columns; j < nr; j++) to[j] = 0;
    }
    return;
  }
  k->transpose(columns, depth, b.p + first * b.ld, b.ld, to, nr);
  for (long j = columns; j < nr; j++)
    for (long i = 0; i < depth; i++) to[i * nr + j] = 0;
}

void pack_rows(Runtime& rt, int id, Matrix a, long m, long depth, float* to) {
  const int mr = rt.k->mr;
  Share share(ceil_div(m, mr), id, rt.pool.size());
  for (long i = share.begin; i < share.end; i++) {
    long rows = m - i * mr < mr ? m - i * mr : mr;
    pack_block(rt.k, a, i * mr, rows, depth, to + i * mr * depth);
  }
}

void pack_columns(Runtime& rt, int id, Matrix b, long n, long depth, float* to) {
  const int nr = rt.k->nr;
  Share share(ceil_div(n, nr), id, rt.pool.size());
  for (long i = share.begin; i < share.end; i++) {
    long columns = n - i * nr < nr ? n - i * nr : nr;
    pack_panel(rt.k, b, i * nr, columns, depth, to + i * nr * depth);
  }
}

void multiply_packed(Runtime& rt, int id, long m, long n, long depth, const float* a, const float* b,
                     float* c, long ldc, bool accumulate, const float* bias) {
  const Kernels* k = rt.k;
  const int mr = k->mr, nr = k->nr, threads = rt.pool.size();
  const long panels = ceil_div(n, nr), chunk = CHUNK / mr * mr, chunks = ceil_div(m, chunk);
  // Rows are shared out when there are chunks enough, else columns.
  const bool by_rows = chunks >= 4 * threads;
  Share rows(by_rows ? chunks : 1, by_rows ? id : 0, by_rows ? threads : 1);
  Share columns(panels, by_rows ? 0 : id, by_rows ? 1 : threads);
  if (!by_rows) rows.end = chunks;
  for (long part = rows.begin; part < rows.end; part++) {
    const long top = part * chunk, bottom = top + chunk < m ? top + chunk : m;
    for (long start = 0; start == 0 || start < depth; start += PASS) {
      const long count = depth - start < PASS ? depth - start : PASS;
      for (long panel = columns.begin; panel < columns.end; panel++) {
        const long left = panel * nr;
        const int width = int(n - left < nr ? n - left : nr);
        const float* w = b + panel * nr * depth + start * nr;
        for (long row = top; row < bottom; row += mr) {
          const int height = int(bottom - row < mr ? bottom - row : mr);
          float* to = c + row * ldc + left;
          if (start == 0 && bias && !accumulate)
            for (int r = 0; r < height; r++)
              std::memcpy(to + r * ldc, bias + left, width * sizeof(float));
          k->tile(count, a + row * depth + start * mr, mr, w, to, ldc, height, width,
                  accumulate || start > 0 || bias);
        }
      }
    }
  }
}

void gemm(Runtime& rt, long m, long n, long depth, Matrix a, Matrix b, float* c, long ldc,
          bool accumulate, const float* bias) {
  float* pa = rt.scratch[SLOT_A].floats(packed_rows_size(rt.k, m, depth));
  float* pb = rt.scratch[SLOT_B].floats(packed_columns_size(rt.k, n, depth));
  rt.pool.run([&](int id) {
    pack_rows(rt, id, a, m, depth, pa);
    pack_columns(rt, id, b, n, depth, pb);
    rt.pool.barrier();
    multiply_packed(rt, id, m, n, depth, pa, pb, c, ldc, accumulate, bias);
  });
}

void column_sums(Runtime& rt, int id, long rows, long n, const float* x, float* out,
                 bool accumulate) {
  Share share(n, id, rt.pool.size());
  const long count = share.end - share.begin;
  if (count <= 0) return;
  if (!accumulate) std::memset(out + share.begin, 0, count * sizeof(float));
  for (long r = 0; r < rows; r++) rt.k->add_to(count, out + share.begin, x + r * n + share.begin);
}
