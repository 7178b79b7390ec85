#include "runtime.h"

#include <new>

static const std::align_val_t ALIGNMENT{64};

Scratch::~Scratch() { release(); }

void Scratch::release() {
  if (memory_) ::operator delete(memory_, ALIGNMENT);
  memory_ = nullptr;
  size_ = 0;
}

void* Scratch::bytes(size_t count) {
  if (count > size_) {
    release();
    memory_ = ::operator new(count, ALIGNMENT);
    size_ = count;
  }
  return memory_;
}
