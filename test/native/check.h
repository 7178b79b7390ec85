// The vocabulary of the checks: numbers from a seed, a case with a name, a comparison.
#pragma once
#include <string>
#include <vector>

#include "exact.h"
#include "runtime.h"

// What the plain loops of oracle.h give.
typedef std::vector<double> Numbers;

// The same numbers on every machine (xorshift64*).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  uint64_t next();
  int below(int n) { return int((next() >> 33) % uint64_t(n)); }
  float uniform(float limit) { return limit * (float(next() >> 40) / float(1 << 23) - 1.0f); }
  Floats floats(size_t count, float limit);
  Ids ids(size_t count, int below);

 private:
  uint64_t state_;
};

// What one instruction set has shown so far.
class Check {
 public:
  Check(const Kernels* kernels, bool quick, bool half) : k(kernels), quick(quick), half(half) {}
  const Kernels* const k;
  const bool quick;
  // Products in bfloat16, whose roundings are 3,000 times as coarse as the tolerances assume.
  const bool half;

  // Everything until the next begin() belongs to this case, as in "recurrent lstm T3 B1".
  void begin(const char* format, ...)
#if defined(__GNUC__)
      __attribute__((format(printf, 2, 3)))
#endif
      ;
  // Every element within `tolerance` of its own size plus the root mean square of all (or `least`).
  void close(const char* what, const float* actual, const Numbers& expected, double tolerance = 1e-5,
             double least = 0);
  void close(const char* what, double actual, double expected, double tolerance = 1e-5);
  void claim(const char* what, bool holds);

  // Runs `operation(runtime)` with each number of threads, on a new runtime whose scratch memory is
  // exactly as large as was asked for, and again with NaN in that memory: what an earlier call left
  // there must not matter.
  template <class Operation>
  void with_runtimes(Operation&& operation) {
    for (int threads : quick ? std::vector<int>{1, 3} : std::vector<int>{1, 2, 3, 7}) {
      threads_ = threads;
      Runtime rt(k, threads);
      rt.half = half;
      operation(rt);
      spoil(rt);
      operation(rt);
    }
    threads_ = 0;
  }

  bool passed() const { return failures_ == 0; }
  // One line for this instruction set.
  std::string summary() const;
  // The case that runs, for the message of a crash.
  static const char* current();

 private:
  static void spoil(Runtime& rt);
  void fail(const std::string& what);

  int threads_ = 0;
  long cases_ = 0, failures_ = 0;
  double compared_ = 0, worst_ = 0;
  std::string worst_case_;
};

void check_activations(Check& check);
void check_products(Check& check);
void check_recurrent(Check& check);
void check_loss(Check& check);
void check_elementwise(Check& check);
void check_stepper(Check& check);
