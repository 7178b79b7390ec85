// What one instruction set offers to the rest of the addon. Matrices are row-major float32.
// A "panel" is a strip of `nr` columns stored [k][nr]; a "block" is up to `mr` rows stored [k][mr].
#pragma once
#include <cstddef>
#include <cstdint>

// Sizes and places of elements: a long has 32 bits on Windows.
typedef std::ptrdiff_t Index;

struct Kernels {
  const char* name;
  int mr;
  int nr;
  // c[m,n] = (accumulate ? c : 0) + a b, with a(r,k) = a[k*stride + r], b a panel; m <= mr, n <= nr.
  void (*tile)(Index k, const float* a, Index stride, const float* b, float* c, Index ldc, int m, int n,
               bool accumulate);
  // The same with two bfloat16 in the place of each float32 of a and b, depths 2k and 2k+1 in word k;
  // `k` counts words. Null where the processor has no such instruction, and the next two are not used.
  void (*tile_bf16)(Index k, const float* a, Index stride, const float* b, float* c, Index ldc, int m, int n,
                    bool accumulate);
  // Word i of the result holds x[2i] and x[2i+1], for n floats; an odd last one has 0 beside it.
  void (*pairs)(Index n, const float* x, float* words);
  // Word i of the result holds x[i] and y[i]; null y is all 0.
  void (*interleave)(Index n, const float* x, const float* y, float* words);
  // The same with an int8 panel and one scale a column.
  void (*tile_i8)(Index k, const float* a, Index stride, const int8_t* b, const float* scale, float* c,
                  Index ldc, int m, int n, bool accumulate);
  // n units of one row. Gates of a unit stand `hidden` floats apart; null state means zero.
  void (*lstm_forward)(int n, Index hidden, float* gates, const float* bias, const float* c_prev,
                       float* c, float* h);
  void (*lstm_backward)(int n, Index hidden, const float* gates, const float* c_prev, const float* c,
                        const float* dy, const float* dh, float* dc, float* dgates);
  void (*gru_forward)(int n, Index hidden, float* gates, const float* bias_ih, const float* bias_hh,
                      float* u, const float* h_prev, float* h);
  void (*gru_backward)(int n, Index hidden, const float* gates, const float* u, const float* h_prev,
                       const float* dy, float* dh, float* dgates, float* dgates_h);
  // -ln softmax(x / temperature)[target]; when scale is not 0, x becomes (p - onehot) * scale.
  double (*softmax_loss)(int n, float* x, float inverse_temperature, int target, float scale);
  double (*sum_of_squares)(Index n, const float* x);
  struct Adam {
    float clip, rate, decay, beta1, beta2, epsilon, correction1, correction2;
  };
  void (*adamw)(Index n, float* p, const float* g, float* m, float* v, const Adam& a);
  void (*dropout)(Index first, Index n, Index period, const float* x, float* y, uint32_t seed,
                  uint32_t threshold, float scale);
  void (*add_to)(Index n, float* y, const float* x);
  // to[j*ldt + i] = x[i*ldx + j] for i < rows, j < columns.
  void (*transpose)(Index rows, Index columns, const float* x, Index ldx, float* to, Index ldt);
};

const Kernels* kernels_avx512bf16();
const Kernels* kernels_avx512();
const Kernels* kernels_avx2();
const Kernels* kernels_neon();
const Kernels* kernels_generic();

// The kernels to use: the best this processor runs, or the one named ("avx512", "avx2", "neon",
// "generic"); null when the name is unknown or this processor does not run it.
const Kernels* choose_kernels(const char* name);
