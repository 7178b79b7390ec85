#if defined(__x86_64__) || defined(_M_X64)
#define UNDERSTUDY_AVX512
#define UNDERSTUDY_BF16
#define UNDERSTUDY_ISA "avx512bf16"
#include "kernels_impl.h"
const Kernels* kernels_avx512bf16() { return &table; }
#else
#include "kernels.h"
const Kernels* kernels_avx512bf16() { return nullptr; }
#endif
