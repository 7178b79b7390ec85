// One vector type `V` of `LANES` floats for the instruction set this file is compiled for
// (UNDERSTUDY_AVX512, UNDERSTUDY_AVX2, UNDERSTUDY_NEON, else plain C++ that compilers vectorise).
// Everything is static: the same header serves several instruction sets in one program.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(_MSC_VER) && !defined(__clang__)
#define INLINE static __forceinline
#else
#define INLINE static inline __attribute__((always_inline))
#endif

#if defined(UNDERSTUDY_AVX512)
#include <immintrin.h>
#define LANES 16
typedef __m512 V;
INLINE V load(const float* p) { return _mm512_loadu_ps(p); }
INLINE void store(float* p, V v) { _mm512_storeu_ps(p, v); }
INLINE __mmask16 first(int n) { return (__mmask16)((1u << n) - 1u); }
INLINE V load_n(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
INLINE void store_n(float* p, V v, int n) { _mm512_mask_storeu_ps(p, first(n), v); }
INLINE V set1(float x) { return _mm512_set1_ps(x); }
INLINE V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
INLINE V add(V a, V b) { return _mm512_add_ps(a, b); }
INLINE V sub(V a, V b) { return _mm512_sub_ps(a, b); }
INLINE V mul(V a, V b) { return _mm512_mul_ps(a, b); }
INLINE V div(V a, V b) { return _mm512_div_ps(a, b); }
INLINE V vmin(V a, V b) { return _mm512_min_ps(a, b); }
INLINE V vmax(V a, V b) { return _mm512_max_ps(a, b); }
INLINE V vsqrt(V a) { return _mm512_sqrt_ps(a); }
INLINE V nearest(V a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
INLINE V times_pow2(V a, V n) { return _mm512_scalef_ps(a, n); }
INLINE float sum(V a) { return _mm512_reduce_add_ps(a); }
INLINE float maximum(V a) { return _mm512_reduce_max_ps(a); }
INLINE V load_i8(const int8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)p)));
}
#define ROWS 8
#define VECTORS 2

#elif defined(UNDERSTUDY_AVX2)
#include <immintrin.h>
#define LANES 8
typedef __m256 V;
INLINE V load(const float* p) { return _mm256_loadu_ps(p); }
INLINE void store(float* p, V v) { _mm256_storeu_ps(p, v); }
INLINE V set1(float x) { return _mm256_set1_ps(x); }
INLINE V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
INLINE V add(V a, V b) { return _mm256_add_ps(a, b); }
INLINE V sub(V a, V b) { return _mm256_sub_ps(a, b); }
INLINE V mul(V a, V b) { return _mm256_mul_ps(a, b); }
INLINE V div(V a, V b) { return _mm256_div_ps(a, b); }
INLINE V vmin(V a, V b) { return _mm256_min_ps(a, b); }
INLINE V vmax(V a, V b) { return _mm256_max_ps(a, b); }
INLINE V vsqrt(V a) { return _mm256_sqrt_ps(a); }
INLINE V nearest(V a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
INLINE V times_pow2(V a, V n) {
  __m256i e = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
  return _mm256_mul_ps(a, _mm256_castsi256_ps(e));
}
INLINE V load_i8(const int8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)p)));
}
#define ROWS 6
#define VECTORS 2

#elif defined(UNDERSTUDY_NEON)
#include <arm_neon.h>
#define LANES 4
typedef float32x4_t V;
INLINE V load(const float* p) { return vld1q_f32(p); }
INLINE void store(float* p, V v) { vst1q_f32(p, v); }
INLINE V set1(float x) { return vdupq_n_f32(x); }
INLINE V fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }
INLINE V add(V a, V b) { return vaddq_f32(a, b); }
INLINE V sub(V a, V b) { return vsubq_f32(a, b); }
INLINE V mul(V a, V b) { return vmulq_f32(a, b); }
INLINE V div(V a, V b) { return vdivq_f32(a, b); }
INLINE V vmin(V a, V b) { return vminq_f32(a, b); }
INLINE V vmax(V a, V b) { return vmaxq_f32(a, b); }
INLINE V vsqrt(V a) { return vsqrtq_f32(a); }
INLINE V nearest(V a) { return vrndnq_f32(a); }
INLINE V times_pow2(V a, V n) {
  int32x4_t e = vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23);
  return vmulq_f32(a, vreinterpretq_f32_s32(e));
}
INLINE V load_i8(const int8_t* p) {
  int32_t word;
  memcpy(&word, p, 4);
  int8x8_t bytes = vreinterpret_s8_s32(vdup_n_s32(word));
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(bytes))));
}
#define ROWS 6
#define VECTORS 4

#else
#define LANES 4
struct V {
  float f[LANES];
};
INLINE V load(const float* p) {
  V v;
  memcpy(v.f, p, sizeof v.f);
  return v;
}
INLINE void store(float* p, V v) { memcpy(p, v.f, sizeof v.f); }
#define EACH(expression)                      \
  V r;                                        \
  for (int i = 0; i < LANES; i++) r.f[i] = (expression); \
  return r
INLINE V set1(float x) { EACH(x); }
INLINE V fma(V a, V b, V c) { EACH(a.f[i] * b.f[i] + c.f[i]); }
INLINE V add(V a, V b) { EACH(a.f[i] + b.f[i]); }
INLINE V sub(V a, V b) { EACH(a.f[i] - b.f[i]); }
INLINE V mul(V a, V b) { EACH(a.f[i] * b.f[i]); }
INLINE V div(V a, V b) { EACH(a.f[i] / b.f[i]); }
INLINE V vmin(V a, V b) { EACH(a.f[i] < b.f[i] ? a.f[i] : b.f[i]); }
INLINE V vmax(V a, V b) { EACH(a.f[i] > b.f[i] ? a.f[i] : b.f[i]); }
INLINE V vsqrt(V a) { EACH(std::sqrt(a.f[i])); }
INLINE V nearest(V a) { EACH(std::nearbyint(a.f[i])); }
INLINE float pow2(float n) {
  uint32_t bits = (uint32_t)((int32_t)n + 127) << 23;
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
INLINE V times_pow2(V a, V n) { EACH(a.f[i] * pow2(n.f[i])); }
INLINE V load_i8(const int8_t* p) { EACH((float)p[i]); }
#undef EACH
#define ROWS 4
#define VECTORS 2
#endif

#if !defined(UNDERSTUDY_AVX512)
INLINE V load_n(const float* p, int n) {
  float t[LANES] = {0};
  for (int i = 0; i < n; i++) t[i] = p[i];
  return load(t);
}
INLINE void store_n(float* p, V v, int n) {
  float t[LANES];
  store(t, v);
  for (int i = 0; i < n; i++) p[i] = t[i];
}
INLINE float sum(V a) {
  float t[LANES], s = 0;
  store(t, a);
  for (int i = 0; i < LANES; i++) s += t[i];
  return s;
}
INLINE float maximum(V a) {
  float t[LANES], s;
  store(t, a);
  s = t[0];
  for (int i = 1; i < LANES; i++) s = t[i] > s ? t[i] : s;
  return s;
}
#endif

// e^x, relative error under 2e-7 for -87 <= x <= 88 (arguments are clamped to that range): the
// Cephes expf polynomial after reduction by multiples of ln 2.
INLINE V vexp(V x) {
  x = vmin(set1(88.0f), vmax(set1(-87.0f), x));  // in this order a NaN stays one
  V n = nearest(mul(x, set1(1.44269504088896341f)));
  V r = fma(n, set1(-0.693359375f), x);
  r = fma(n, set1(2.12194440e-4f), r);
  V p = set1(1.9875691500e-4f);
  p = fma(p, r, set1(1.3981999507e-3f));
  p = fma(p, r, set1(8.3334519073e-3f));
  p = fma(p, r, set1(4.1665795894e-2f));
  p = fma(p, r, set1(1.6666665459e-1f));
  p = fma(p, r, set1(5.0000001201e-1f));
  p = fma(p, mul(r, r), add(r, set1(1.0f)));
  return times_pow2(p, n);
}
INLINE V sigmoid(V x) { return div(set1(1.0f), add(set1(1.0f), vexp(sub(set1(0.0f), x)))); }
INLINE V vtanh(V x) {
  V e = vexp(add(x, x));
  return sub(set1(1.0f), div(set1(2.0f), add(e, set1(1.0f))));
}
