#include "check.h"

#include <cmath>
#include <cstdarg>
#include <cstdio>

// Read by a signal handler: plain characters that are always there.
static char running[256] = "the start";

uint64_t Random::next() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return state_ * 0x2545F4914F6CDD1Du;
}

Floats Random::floats(size_t count, float limit) {
  Floats made(count);
  for (size_t i = 0; i < count; i++) made[i] = uniform(limit);
  return made;
}

Ids Random::ids(size_t count, int limit) {
  Ids made(count);
  for (size_t i = 0; i < count; i++) made[i] = below(limit);
  return made;
}

void Check::begin(const char* format, ...) {
  const int head = std::snprintf(running, sizeof running, "%s%s ", k->name, half ? " half" : "");
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(running + head, sizeof running - size_t(head), format, arguments);
  va_end(arguments);
  cases_++;
}

const char* Check::current() { return running; }

void Check::fail(const std::string& what) {
  const int most = 20;
  if (failures_++ < most)
    std::printf("%s%s: %s\n", running,
                threads_ > 0 ? (" threads " + std::to_string(threads_)).c_str() : "", what.c_str());
  if (failures_ == most) std::printf("%s: further mismatches are not shown\n", k->name);
}

static double coarser(bool half) { return half ? 3000 : 1; }

void Check::close(const char* what, const float* actual, const Numbers& expected, double tolerance,
                  double least) {
  double squares = 0;
  for (double value : expected) squares += value * value;
  const double mean = expected.empty() ? 0 : std::sqrt(squares / double(expected.size()));
  const double level = std::fmax(mean, least);
  for (size_t i = 0; i < expected.size(); i++) {
    const double bound = tolerance * coarser(half) * (std::fabs(expected[i]) + level) + 1e-30;
    const double share = std::fabs(double(actual[i]) - expected[i]) / bound;
    compared_++;
    if (share > worst_) {
      worst_ = share;
      worst_case_ = std::string(running) + " " + what;
    }
    if (share <= 1) continue;  // false for NaN too
    char text[200];
    std::snprintf(text, sizeof text, "%s[%ld] is %.9g, expected %.9g", what, long(i),
                  double(actual[i]), expected[i]);
    return fail(text);
  }
}

void Check::close(const char* what, double actual, double expected, double tolerance) {
  compared_++;
  if (std::fabs(actual - expected) <= tolerance * coarser(half) * (std::fabs(expected) + 1e-3)) return;
  char text[200];
  std::snprintf(text, sizeof text, "%s is %.12g, expected %.12g", what, actual, expected);
  fail(text);
}

void Check::claim(const char* what, bool holds) {
  compared_++;
  if (!holds) fail(std::string("not so: ") + what);
}

void Check::spoil(Runtime& rt) {
  for (Scratch& scratch : rt.scratch) {
    const size_t bytes = scratch.size();
    if (bytes > 0) std::memset(scratch.bytes(bytes), 0xFF, bytes);
  }
}

std::string Check::summary() const {
  char text[512];
  std::snprintf(text, sizeof text,
                "%s%s: %s, %ld cases, %.0f numbers compared, at most %.0f %% of the tolerance used (%s)",
                k->name, half ? " in bfloat16" : "", passed() ? "passed" : "FAILED", cases_, compared_, 100 * worst_,
                worst_case_.c_str());
  return text;
}
