#include "gemm.h"

#include <cstring>

// Words of a pass: a panel of 32 columns is then 32 KB and stays in the first cache.
static const Index PASS = 256;
// Words that are converted to bfloat16 at a time, for up to 32 lines.
static const Index PAIRS = 64;
// Rows that reuse a panel while it is there: their blocks fit the second cache.
static const Index CHUNK = 96;

// Strips of `width` rows or columns of a matrix, `lines` of them from `first`, to [words][width]; a strip
// that is not full is filled with zeros. `along`: neighbouring depths stand side by side in memory.
static void pack_strip(const Packing& p, Matrix m, bool along, Index first, Index lines, Index depth,
                       int width, float* to) {
  const Kernels* k = p.k;
  if (along) {
    const float* from = m.p + first * m.ld;
    if (p.half) {
      float pairs[32 * PAIRS];
      for (Index i = 0; i < depth; i += 2 * PAIRS) {
        const Index n = depth - i < 2 * PAIRS ? depth - i : 2 * PAIRS;
        for (Index line = 0; line < lines; line++)
          k->pairs(n, from + line * m.ld + i, pairs + line * PAIRS);
        k->transpose(lines, (n + 1) / 2, pairs, PAIRS, to + i / 2 * width, width);
      }
    } else {
      k->transpose(lines, depth, from, m.ld, to, width);
    }
    for (Index line = lines; line < width; line++)
      for (Index i = 0; i < p.words(depth); i++) to[i * width + line] = 0;
    return;
  }
  const float* from = m.p + first;
  const Index step = p.half ? 2 : 1;
  for (Index i = 0; i < depth; i += step, from += step * m.ld, to += width) {
    if (p.half)
      k->interleave(lines, from, i + 1 < depth ? from + m.ld : nullptr, to);
    else
      std::memcpy(to, from, lines * sizeof(float));
    for (Index line = lines; line < width; line++) to[line] = 0;
  }
}

void pack_panel(const Packing& p, Matrix b, Index first, Index columns, Index depth, float* to) {
  pack_strip(p, b, b.transposed, first, columns, depth, p.k->nr, to);
}

static void pack(Runtime& rt, int id, const Packing& p, Matrix m, bool along, Index lines, Index depth,
                 int width, float* to) {
  const Share share(ceil_div(lines, width), id, rt.pool.size());
  const Index size = p.words(depth) * width;
  for (Index i = share.begin; i < share.end; i++) {
    const Index first = i * width, count = lines - first < width ? lines - first : width;
    pack_strip(p, m, along, first, count, depth, width, to + i * size);
  }
}

void pack_rows(Runtime& rt, int id, const Packing& p, Matrix a, Index m, Index depth, float* to) {
  pack(rt, id, p, a, !a.transposed, m, depth, rt.k->mr, to);
}

void pack_columns(Runtime& rt, int id, const Packing& p, Matrix b, Index n, Index depth, float* to) {
  pack(rt, id, p, b, b.transposed, n, depth, rt.k->nr, to);
}

void multiply_packed(Runtime& rt, int id, const Packing& p, Index m, Index n, Index depth, const float* a,
                     const float* b, float* c, Index ldc, bool accumulate, const float* bias) {
  const int mr = p.k->mr, nr = p.k->nr, threads = rt.pool.size();
  const Index words = p.words(depth);
  const Index panels = ceil_div(n, nr), chunk = CHUNK / mr * mr, chunks = ceil_div(m, chunk);
  // Rows are shared out when there are chunks enough, else columns.
  const bool by_rows = chunks >= 4 * threads;
  Share rows(by_rows ? chunks : 1, by_rows ? id : 0, by_rows ? threads : 1);
  Share columns(panels, by_rows ? 0 : id, by_rows ? 1 : threads);
  if (!by_rows) rows.end = chunks;
  for (Index part = rows.begin; part < rows.end; part++) {
    const Index top = part * chunk, bottom = top + chunk < m ? top + chunk : m;
    for (Index start = 0; start == 0 || start < words; start += PASS) {
      const Index count = words - start < PASS ? words - start : PASS;
      for (Index panel = columns.begin; panel < columns.end; panel++) {
        const Index left = panel * nr;
        const int width = int(n - left < nr ? n - left : nr);
        const float* w = b + panel * nr * words + start * nr;
        for (Index row = top; row < bottom; row += mr) {
          const int height = int(bottom - row < mr ? bottom - row : mr);
          float* to = c + row * ldc + left;
          if (start == 0 && bias && !accumulate)
            for (int r = 0; r < height; r++)
              std::memcpy(to + r * ldc, bias + left, width * sizeof(float));
          p.tile(count, a + row * words + start * mr, mr, w, to, ldc, height, width,
                 accumulate || start > 0 || bias);
        }
      }
    }
  }
}

void gemm(Runtime& rt, const Packing& p, Index m, Index n, Index depth, Matrix a, Matrix b, float* c,
          Index ldc, bool accumulate, const float* bias) {
  float* pa = rt.scratch[SLOT_A].floats(packed_rows_size(p, m, depth));
  float* pb = rt.scratch[SLOT_B].floats(packed_columns_size(p, n, depth));
  rt.pool.run([&](int id) {
    pack_rows(rt, id, p, a, m, depth, pa);
    pack_columns(rt, id, p, b, n, depth, pb);
    rt.pool.barrier();
    multiply_packed(rt, id, p, m, n, depth, pa, pb, c, ldc, accumulate, bias);
  });
}

void column_sums(Runtime& rt, int id, Index rows, Index n, const float* x, float* out,
                 bool accumulate) {
  Share share(n, id, rt.pool.size());
  const Index count = share.end - share.begin;
  if (count <= 0) return;
  if (!accumulate) std::memset(out + share.begin, 0, count * sizeof(float));
  for (Index r = 0; r < rows; r++) rt.k->add_to(count, out + share.begin, x + r * n + share.begin);
}
