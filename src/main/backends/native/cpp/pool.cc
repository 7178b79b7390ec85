#include "pool.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
static void relax() { _mm_pause(); }
#elif defined(__aarch64__)
static void relax() { __asm__ __volatile__("yield"); }
#else
static void relax() {}
#endif

// Spins of about 50 microseconds before giving the core to others.
static const int SPINS = 2000;

template <class Done>
static void spin_until(Done done) {
  for (int i = 0; !done(); i++) {
    if (i < SPINS)
      relax();
    else
      std::this_thread::yield();
  }
}

Pool::Pool(int threads) : size_(threads < 1 ? 1 : threads), working_(size_) {
  for (int id = 1; id < size_; id++) threads_.emplace_back([this, id] { work(id); });
}

Pool::~Pool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    region_++;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pool::run(Function function, void* data) {
  if (working_ == 1) return function(data, 0);
  function_ = function;
  data_ = data;
  running_.store(size_ - 1);
  region_.fetch_add(1);
  if (sleeping_.load() > 0) {
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }
  function(data, 0);
  spin_until([this] { return running_.load(std::memory_order_acquire) == 0; });
}

void Pool::work(int id) {
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; region_.load(std::memory_order_acquire) == seen && i < 4 * SPINS; i++) relax();
    if (region_.load() == seen) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return region_.load() != seen; });
      sleeping_.fetch_sub(1);
    }
    seen++;
    if (stop_) return;
    if (id < working_) function_(data_, id);
    running_.fetch_sub(1, std::memory_order_release);
  }
}

void Pool::barrier() {
  if (working_ == 1) return;
  unsigned phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == working_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
  } else {
    spin_until([&] { return phase_.load(std::memory_order_acquire) != phase; });
  }
}
