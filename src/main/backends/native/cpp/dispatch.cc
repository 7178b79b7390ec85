#include <cstring>

#include "kernels.h"

#if defined(_MSC_VER) && defined(_M_X64)
#include <immintrin.h>
#include <intrin.h>
static bool has_avx2_fma() {
  int r[4];
  __cpuid(r, 0);
  if (r[0] < 7) return false;
  __cpuid(r, 1);
  bool usable = (r[2] & (1 << 27)) && (r[2] & (1 << 28)) && (r[2] & (1 << 12));
  if (!usable || (_xgetbv(0) & 6) != 6) return false;
  __cpuidex(r, 7, 0);
  return (r[1] & (1 << 5)) != 0;
}
static bool has_avx512() {
  if (!has_avx2_fma() || (_xgetbv(0) & 0xE6) != 0xE6) return false;
  int r[4];
  __cpuidex(r, 7, 0);
  const int f = 1 << 16, dq = 1 << 17, bw = 1 << 30;
  return (r[1] & f) && (r[1] & dq) && (r[1] & bw) && (r[1] < 0);
}
static bool has_bf16() {
  if (!has_avx512()) return false;
  int r[4];
  __cpuidex(r, 7, 0);
  if (r[0] < 1) return false;
  __cpuidex(r, 7, 1);
  return (r[0] & (1 << 5)) != 0;
}
#elif defined(__x86_64__)
static bool has_avx2_fma() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
static bool has_avx512() {
  __builtin_cpu_init();
  return has_avx2_fma() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
static bool has_bf16() { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }
#else
static bool has_bf16() { return false; }
static bool has_avx2_fma() { return false; }
static bool has_avx512() { return false; }
#endif

const Kernels* choose_kernels(const char* name) {
  const Kernels* offered[] = {has_bf16() ? kernels_avx512bf16() : nullptr,
                              has_avx512() ? kernels_avx512() : nullptr,
                              has_avx2_fma() ? kernels_avx2() : nullptr, kernels_neon(),
                              kernels_generic()};
  for (const Kernels* kernels : offered)
    if (kernels && (!name || !*name || std::strcmp(name, kernels->name) == 0)) return kernels;
  return nullptr;
}
