#if defined(__aarch64__) || defined(_M_ARM64)
#define UNDERSTUDY_NEON
#define UNDERSTUDY_ISA "neon"
#include "kernels_impl.h"
const Kernels* kernels_neon() { return &table; }
#else
#include "kernels.h"
const Kernels* kernels_neon() { return nullptr; }
#endif
