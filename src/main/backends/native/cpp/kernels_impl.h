// The kernels of kernels.h on the vector type of simd.h. Included once by each isa_*.cc, which is
// compiled with that instruction set's flags; nothing here may call an inline function of the
// standard library that other files share, or the linker could keep this copy for older processors.
#include "kernels.h"
#include "simd.h"

namespace {

const int NR = LANES * VECTORS;

INLINE V get(const float* p, int left) { return left >= LANES ? load(p) : load_n(p, left); }
INLINE void put(float* p, V v, int left) {
  if (left >= LANES)
    store(p, v);
  else
    store_n(p, v, left);
}
INLINE V weights(const float* p) { return load(p); }
INLINE V weights(const int8_t* p) { return load_i8(p); }

// M rows times one panel; the sums stay in registers over the whole depth.
template <int M, class W>
INLINE void row_sums(Index k, const float* a, Index stride, const W* b, V s[M][VECTORS]) {
  for (int r = 0; r < M; r++)
    for (int j = 0; j < VECTORS; j++) s[r][j] = set1(0);
  if (M == 1) {
    // Four chains of additions for a single row, so that they do not wait for each other.
    V t[4][VECTORS];
    for (int u = 0; u < 4; u++)
      for (int j = 0; j < VECTORS; j++) t[u][j] = set1(0);
    for (; k >= 4; k -= 4, a += 4 * stride, b += 4 * NR)
      for (int u = 0; u < 4; u++) {
        V x = set1(a[u * stride]);
        for (int j = 0; j < VECTORS; j++) t[u][j] = fma(x, weights(b + u * NR + j * LANES), t[u][j]);
      }
    for (int j = 0; j < VECTORS; j++) s[0][j] = add(add(t[0][j], t[1][j]), add(t[2][j], t[3][j]));
  }
  for (; k > 0; k--, a += stride, b += NR) {
    V w[VECTORS];
    for (int j = 0; j < VECTORS; j++) w[j] = weights(b + j * LANES);
    for (int r = 0; r < M; r++) {
      V x = set1(a[r]);
      for (int j = 0; j < VECTORS; j++) s[r][j] = fma(x, w[j], s[r][j]);
    }
  }
}

template <int M, class W>
void tile_rows(Index k, const float* a, Index stride, const W* b, const float* scale, float* c,
               Index ldc, int n, bool accumulate) {
  V s[M][VECTORS];
  row_sums<M>(k, a, stride, b, s);
  for (int j = 0; j < VECTORS; j++) {
    const int left = n - j * LANES;
    if (left <= 0) return;
    for (int r = 0; r < M; r++) {
      float* p = c + r * ldc + j * LANES;
      V total = scale ? mul(s[r][j], load(scale + j * LANES)) : s[r][j];
      put(p, accumulate ? add(get(p, left), total) : total, left);
    }
  }
}

template <class W>
INLINE void tile_of(Index k, const float* a, Index stride, const W* b, const float* scale, float* c,
                    Index ldc, int m, int n, bool accumulate) {
#define ROWS_CASE(M) \
  case M: return tile_rows<M>(k, a, stride, b, scale, c, ldc, n, accumulate)
  switch (m) {
    ROWS_CASE(1);
    ROWS_CASE(2);
    ROWS_CASE(3);
    ROWS_CASE(4);
#if ROWS > 4
    ROWS_CASE(5);
    ROWS_CASE(6);
#endif
#if ROWS > 6
    ROWS_CASE(7);
    ROWS_CASE(8);
#endif
  }
#undef ROWS_CASE
}

void tile(Index k, const float* a, Index stride, const float* b, float* c, Index ldc, int m, int n,
          bool accumulate) {
  tile_of(k, a, stride, b, nullptr, c, ldc, m, n, accumulate);
}

void tile_i8(Index k, const float* a, Index stride, const int8_t* b, const float* scale, float* c,
             Index ldc, int m, int n, bool accumulate) {
  tile_of(k, a, stride, b, scale, c, ldc, m, n, accumulate);
}

// Hochreiter & Schmidhuber 1997 with forget gates; gates i, f, g, o as in torch.nn.LSTM.
void lstm_forward(int n, Index hidden, float* gates, const float* bias, const float* c_prev, float* c,
                  float* h) {
  for (int i = 0; i < n; i += LANES) {
    int left = n - i;
    float *gi = gates + i, *gf = gi + hidden, *gg = gf + hidden, *go = gg + hidden;
    const float* b = bias + i;
    V in = sigmoid(add(get(gi, left), get(b, left)));
    V forget = sigmoid(add(get(gf, left), get(b + hidden, left)));
    V cell = vtanh(add(get(gg, left), get(b + 2 * hidden, left)));
    V out = sigmoid(add(get(go, left), get(b + 3 * hidden, left)));
    V now = mul(in, cell);
    if (c_prev) now = fma(forget, get(c_prev + i, left), now);
    put(gi, in, left);
    put(gf, forget, left);
    put(gg, cell, left);
    put(go, out, left);
    put(c + i, now, left);
    put(h + i, mul(out, vtanh(now)), left);
  }
}

void lstm_backward(int n, Index hidden, const float* gates, const float* c_prev, const float* c,
                   const float* dy, const float* dh, float* dc, float* dgates) {
  const V one = set1(1);
  for (int i = 0; i < n; i += LANES) {
    int left = n - i;
    const float *gi = gates + i, *gf = gi + hidden, *gg = gf + hidden, *go = gg + hidden;
    V in = get(gi, left), forget = get(gf, left), cell = get(gg, left), out = get(go, left);
    V d = get(dy + i, left);
    if (dh) d = add(d, get(dh + i, left));
    V t = vtanh(get(c + i, left));
    V dcell = fma(mul(d, out), sub(one, mul(t, t)), get(dc + i, left));
    V before = c_prev ? get(c_prev + i, left) : set1(0);
    float* g = dgates + i;
    put(g, mul(mul(dcell, cell), mul(in, sub(one, in))), left);
    put(g + hidden, mul(mul(dcell, before), mul(forget, sub(one, forget))), left);
    put(g + 2 * hidden, mul(mul(dcell, in), sub(one, mul(cell, cell))), left);
    put(g + 3 * hidden, mul(mul(d, t), mul(out, sub(one, out))), left);
    put(dc + i, mul(dcell, forget), left);
  }
}

// Cho et al. 2014, reset after the product as in torch.nn.GRU; `u` holds U h of the n gate and
// leaves with its bias added.
void gru_forward(int n, Index hidden, float* gates, const float* bias_ih, const float* bias_hh,
                 float* u, const float* h_prev, float* h) {
  for (int i = 0; i < n; i += LANES) {
    int left = n - i;
    float *gr = gates + i, *gz = gr + hidden, *gn = gz + hidden;
    const float *bi = bias_ih + i, *bh = bias_hh + i;
    V reset = sigmoid(add(get(gr, left), add(get(bi, left), get(bh, left))));
    V update = sigmoid(add(get(gz, left), add(get(bi + hidden, left), get(bh + hidden, left))));
    V inner = add(get(u + i, left), get(bh + 2 * hidden, left));
    V candidate = vtanh(fma(reset, inner, add(get(gn, left), get(bi + 2 * hidden, left))));
    V before = h_prev ? get(h_prev + i, left) : set1(0);
    put(gr, reset, left);
    put(gz, update, left);
    put(gn, candidate, left);
    put(u + i, inner, left);
    put(h + i, fma(update, sub(before, candidate), candidate), left);
  }
}

// dh enters as the gradient from the step after (without dy) and leaves as the part that reaches
// the step before directly; the rest comes from dgates_h times the recurrent weights.
void gru_backward(int n, Index hidden, const float* gates, const float* u, const float* h_prev,
                  const float* dy, float* dh, float* dgates, float* dgates_h) {
  const V one = set1(1);
  for (int i = 0; i < n; i += LANES) {
    int left = n - i;
    const float *gr = gates + i, *gz = gr + hidden, *gn = gz + hidden;
    V reset = get(gr, left), update = get(gz, left), candidate = get(gn, left);
    V before = h_prev ? get(h_prev + i, left) : set1(0);
    V d = add(get(dy + i, left), get(dh + i, left));
    V dn = mul(mul(d, sub(one, update)), sub(one, mul(candidate, candidate)));
    V dz = mul(mul(d, sub(before, candidate)), mul(update, sub(one, update)));
    V dr = mul(mul(dn, get(u + i, left)), mul(reset, sub(one, reset)));
    put(dgates + i, dr, left);
    put(dgates + i + hidden, dz, left);
    put(dgates + i + 2 * hidden, dn, left);
    put(dgates_h + i, dr, left);
    put(dgates_h + i + hidden, dz, left);
    put(dgates_h + i + 2 * hidden, mul(dn, reset), left);
    put(dh + i, mul(d, update), left);
  }
}

double softmax_loss(int n, float* x, float inverse_temperature, int target, float scale) {
  const V t = set1(inverse_temperature);
  V highest = set1(-3.4e38f);
  int i = 0;
  for (; i + LANES <= n; i += LANES) highest = vmax(highest, load(x + i));
  float top = maximum(highest);
  for (; i < n; i++) top = x[i] > top ? x[i] : top;
  double loss = (double)(top - x[target]) * inverse_temperature;
  const V shift = set1(top);
  V total = set1(0);
  float rest = 0;
  for (i = 0; i + LANES <= n; i += LANES) {
    V e = vexp(mul(sub(load(x + i), shift), t));
    total = add(total, e);
    if (scale != 0) store(x + i, e);
  }
  if (i < n) {
    V e = vexp(mul(sub(load_n(x + i, n - i), shift), t));
    float tail[LANES];
    store(tail, e);
    for (int j = 0; j < n - i; j++) rest += tail[j];
    if (scale != 0) store_n(x + i, e, n - i);
  }
  float denominator = sum(total) + rest;
  if (scale != 0) {
    const V factor = set1(scale * inverse_temperature / denominator);
    for (i = 0; i < n; i += LANES) put(x + i, mul(get(x + i, n - i), factor), n - i);
    x[target] -= scale * inverse_temperature;
  }
  return loss + std::log((double)denominator);
}

double sum_of_squares(Index n, const float* x) {
  double total = 0;
  // Blocks of 4,096 keep the float sums short enough for a relative error near 1e-6.
  for (Index start = 0; start < n; start += 4096) {
    Index end = start + 4096 < n ? start + 4096 : n, i = start;
    V s = set1(0);
    for (; i + LANES <= end; i += LANES) {
      V v = load(x + i);
      s = fma(v, v, s);
    }
    total += sum(s);
    for (; i < end; i++) total += (double)x[i] * x[i];
  }
  return total;
}

// Loshchilov & Hutter 2019, with torch.optim.AdamW's order of operations.
void adamw(Index n, float* p, const float* g, float* m, float* v, const Kernels::Adam& a) {
  const V clip = set1(a.clip), keep = set1(1 - a.rate * a.decay);
  const V b1 = set1(a.beta1), c1 = set1(1 - a.beta1), b2 = set1(a.beta2), c2 = set1(1 - a.beta2);
  const V size = set1(-a.rate / a.correction1), root = set1(1 / sqrtf(a.correction2));
  const V epsilon = set1(a.epsilon);
  for (Index i = 0; i < n; i += LANES) {
    int left = n - i < LANES ? (int)(n - i) : LANES;
    V grad = mul(get(g + i, left), clip);
    V first = fma(b1, get(m + i, left), mul(c1, grad));
    V second = fma(b2, get(v + i, left), mul(c2, mul(grad, grad)));
    V step = div(first, fma(vsqrt(second), root, epsilon));
    put(m + i, first, left);
    put(v + i, second, left);
    put(p + i, fma(size, step, mul(get(p + i, left), keep)), left);
  }
}

INLINE uint32_t hash(uint32_t seed, uint32_t i) {
  uint32_t h = (i ^ seed) * 0x9E3779B1u;
  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= h >> 13;
  h *= 0xC2B2AE35u;
  return h ^ (h >> 16);
}

void dropout(Index first, Index n, Index period, const float* x, float* y, uint32_t seed,
             uint32_t threshold, float scale) {
  Index done = 0;
  while (done < n) {
    Index start = (first + done) % period;
    Index count = period - start < n - done ? period - start : n - done;
    for (Index i = 0; i < count; i++)
      y[done + i] = hash(seed, (uint32_t)(start + i)) >= threshold ? x[done + i] * scale : 0.0f;
    done += count;
  }
}

void add_to(Index n, float* y, const float* x) {
  for (Index i = 0; i < n; i += LANES) {
    int left = n - i < LANES ? (int)(n - i) : LANES;
    put(y + i, add(get(y + i, left), get(x + i, left)), left);
  }
}

#if defined(UNDERSTUDY_AVX512) || defined(UNDERSTUDY_AVX2)
// Eight by eight: pairs, then fours, then halves change places.
INLINE void transpose_block(const float* x, Index ldx, float* to, Index ldt) {
  __m256 r[8], s[8];
  for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(x + i * ldx);
  for (int i = 0; i < 8; i += 2) {
    s[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    s[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(s[i], s[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(s[i], s[i + 2], 0xEE);
    r[i + 2] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0xEE);
  }
  for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(to + i * ldt, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_storeu_ps(to + (i + 4) * ldt, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}
const int BLOCK = 8;
#else
const int BLOCK = 4;
INLINE void transpose_block(const float* x, Index ldx, float* to, Index ldt) {
  for (int j = 0; j < BLOCK; j++)
    for (int i = 0; i < BLOCK; i++) to[j * ldt + i] = x[i * ldx + j];
}
#endif

void transpose(Index rows, Index columns, const float* x, Index ldx, float* to, Index ldt) {
  Index i = 0;
  for (; i + BLOCK <= rows; i += BLOCK) {
    Index j = 0;
    for (; j + BLOCK <= columns; j += BLOCK)
      transpose_block(x + i * ldx + j, ldx, to + j * ldt + i, ldt);
    for (; j < columns; j++)
      for (Index r = i; r < i + BLOCK; r++) to[j * ldt + r] = x[r * ldx + j];
  }
  for (; i < rows; i++)
    for (Index j = 0; j < columns; j++) to[j * ldt + i] = x[i * ldx + j];
}

#if defined(UNDERSTUDY_BF16)
#include "kernels_bf16.h"
#define BF16(function) function
#else
#define BF16(function) nullptr
#endif

const Kernels table = {UNDERSTUDY_ISA,
                       ROWS,
                       NR,
                       tile,
                       BF16(tile_bf16),
                       BF16(pairs),
                       BF16(interleave),
                       tile_i8,
                       lstm_forward,
                       lstm_backward,
                       gru_forward,
                       gru_backward,
                       softmax_loss,
                       sum_of_squares,
                       adamw,
                       dropout,
                       add_to,
                       transpose};
#undef BF16

}  // namespace
