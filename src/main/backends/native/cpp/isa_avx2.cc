#if defined(__x86_64__) || defined(_M_X64)
#define UNDERSTUDY_AVX2
#define UNDERSTUDY_ISA "avx2"
#include "kernels_impl.h"
const Kernels* kernels_avx2() { return &table; }
#else
#include "kernels.h"
const Kernels* kernels_avx2() { return nullptr; }
#endif
