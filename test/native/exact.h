// Arrays of exactly the asked size, so that a step past the end is seen: by AddressSanitizer where the
// program has it, else by a page behind the array that nobody may touch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EXACT_ON_HEAP
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(_WIN32)
#define EXACT_ON_HEAP
#endif
#ifndef EXACT_ON_HEAP
#include <sys/mman.h>
#include <unistd.h>
#endif

template <class T>
class Exact {
 public:
  // Floats begin as NaN, so that one never written is seen as well.
  explicit Exact(size_t count) : count_(count) {
    take();
    const T empty = std::is_floating_point<T>::value ? std::numeric_limits<T>::quiet_NaN() : T(-1);
    for (size_t i = 0; i < count; i++) data_[i] = empty;
  }
  Exact(Exact&& from) noexcept : count_(from.count_), data_(from.data_), base_(from.base_), bytes_(from.bytes_) {
    from.data_ = nullptr;
    from.base_ = nullptr;
  }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;
  ~Exact() { give_back(); }

  size_t size() const { return count_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  operator T*() { return data_; }
  operator const T*() const { return data_; }

 private:
#ifdef EXACT_ON_HEAP
  void take() { data_ = new T[count_]; }
  void give_back() { delete[] data_; }
#else
  void take() {
    const size_t page = size_t(sysconf(_SC_PAGESIZE)), need = count_ * sizeof(T);
    bytes_ = (need + page - 1) / page * page + page;
    void* base = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) throw std::runtime_error("mmap failed");
    base_ = static_cast<char*>(base);
    char* fence = base_ + bytes_ - page;
    if (mprotect(fence, page, PROT_NONE) != 0) throw std::runtime_error("mprotect failed");
    data_ = reinterpret_cast<T*>(fence - need);
  }
  void give_back() {
    if (base_) munmap(base_, bytes_);
  }
#endif

  size_t count_;
  T* data_ = nullptr;
  char* base_ = nullptr;
  size_t bytes_ = 0;
};

typedef Exact<float> Floats;
typedef Exact<int32_t> Ids;
