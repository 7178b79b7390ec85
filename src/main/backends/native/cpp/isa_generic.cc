#define UNDERSTUDY_ISA "generic"
#include "kernels_impl.h"
const Kernels* kernels_generic() { return &table; }
