// Runs every kernel of every instruction set that this processor has, on odd shapes, against plain loops
// in double. Knows nothing of Node: `npm run test:portability` builds it with several compilers.
//
//   kernels_check [--quick] [avx512bf16 | avx512 | avx2 | neon | generic]...
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "check.h"

#ifdef _WIN32
#include <io.h>
#define write_to _write
#else
#define write_to ::write
#endif

#ifndef __SANITIZE_ADDRESS__
// A step past an array ends the program: say in which case.
static void on_fault(int) {
  const char head[] = "memory fault in: ";
  const char* running = Check::current();
  if (write_to(1, head, sizeof head - 1) < 0 || write_to(1, running, unsigned(std::strlen(running))) < 0 ||
      write_to(1, "\n", 1) < 0)
    std::_Exit(2);
  std::_Exit(1);
}
#endif

static bool run(const Kernels* kernels, bool quick, bool half) {
  Check check(kernels, quick, half);
  check_products(check);
  check_recurrent(check);
  check_loss(check);
  if (!half) {
    check_activations(check);
    check_elementwise(check);
    check_stepper(check);
  }
  std::printf("%s\n", check.summary().c_str());
  std::fflush(stdout);
  return check.passed();
}

int main(int count, char** arguments) {
#ifndef __SANITIZE_ADDRESS__
  std::signal(SIGSEGV, on_fault);
#ifdef SIGBUS
  std::signal(SIGBUS, on_fault);
#endif
#endif
  bool quick = false, fine = true;
  std::vector<const char*> names;
  for (int i = 1; i < count; i++) {
    if (std::strcmp(arguments[i], "--quick") == 0)
      quick = true;
    else
      names.push_back(arguments[i]);
  }
  const bool all = names.empty();
  if (all) names = {"avx512bf16", "avx512", "avx2", "neon", "generic"};

  if (choose_kernels("nonsense") || !choose_kernels(nullptr) || choose_kernels("") != choose_kernels(nullptr)) {
    std::printf("choose_kernels does not tell names apart\n");
    fine = false;
  }
  for (const char* name : names) {
    const Kernels* kernels = choose_kernels(name);
    if (!kernels) {
      if (!all) std::printf("%s: not on this processor\n", name);
      fine = fine && all;
    } else {
      fine = run(kernels, quick, false) && fine;
      if (kernels->tile_bf16) fine = run(kernels, quick, true) && fine;
    }
  }
  return fine ? 0 : 1;
}
