// A persistent team of threads. The caller is member 0; the others spin for a moment between
// regions and barriers (a wake-up costs more than a time step), then sleep.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "kernels.h"

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // How many members work.
  int size() const { return working_; }

  // From now on so many members work, 1 to all; the others sleep on. Not inside a region.
  void use(int members) { working_ = members < 1 ? 1 : members < size_ ? members : size_; }

  // Runs body(id) on every member, id = 0..size-1, and returns when all are done.
  template <class Body>
  void run(Body&& body) {
    run([](void* data, int id) { (*static_cast<Body*>(data))(id); }, &body);
  }

  // Inside a region: waits until every member has come here.
  void barrier();

 private:
  typedef void (*Function)(void*, int);
  void run(Function function, void* data);
  void work(int id);

  const int size_;
  int working_;
  std::vector<std::thread> threads_;
  Function function_ = nullptr;
  void* data_ = nullptr;
  std::atomic<unsigned> region_{0};
  std::atomic<int> running_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int> arrived_{0};
  std::atomic<unsigned> phase_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

// The part of 0..n that member `id` of `size` owns: [begin, end).
struct Share {
  Index begin, end;
  Share(Index n, int id, int size) : begin(n * id / size), end(n * (id + 1) / size) {}
};
