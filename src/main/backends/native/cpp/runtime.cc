#include "runtime.h"

#include <cstdint>
#include <cstdlib>
#include <new>

Scratch::~Scratch() { release(); }

void Scratch::release() {
  std::free(memory_);
  memory_ = nullptr;
  aligned_ = nullptr;
  size_ = 0;
}

void* Scratch::bytes(size_t count) {
  if (count > size_) {
    release();
    memory_ = std::malloc(count + 64);
    if (!memory_) throw std::bad_alloc();
    aligned_ = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(memory_) + 63) & ~uintptr_t(63));
    size_ = count;
  }
  return aligned_;
}
