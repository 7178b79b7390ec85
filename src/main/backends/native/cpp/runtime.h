// What the operations share: the kernels of this processor, the team of threads, scratch memory.
#pragma once
#include <cstddef>

#include "kernels.h"
#include "pool.h"

// Memory that grows to the largest need and is kept for the next call; 64-byte aligned, and not a byte
// longer than was asked for, so that a memory checker sees a step past its end.
class Scratch {
 public:
  Scratch() = default;
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  float* floats(size_t count) { return static_cast<float*>(bytes(count * sizeof(float))); }
  void* bytes(size_t count);
  void release();
  size_t size() const { return size_; }

 private:
  void* memory_ = nullptr;
  size_t size_ = 0;
};

enum Slot {
  SLOT_A, SLOT_B, SLOT_B2, SLOT_STATE, SLOT_GATES, SLOT_GATES_H, SLOT_PREVIOUS, SLOT_D_STATE,
  SLOT_D_CELL, SLOT_LOGITS, SLOT_SUMS, SLOT_SMALL, SLOT_COUNT
};

struct Runtime {
  const Kernels* k;
  Pool pool;
  Scratch scratch[SLOT_COUNT];
  // Training multiplies in bfloat16 where the kernels can; see Packing.
  bool half = false;
  Runtime(const Kernels* kernels, int threads) : k(kernels), pool(threads) {}
};

inline Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }
