// Reads arguments of a call from JavaScript. Shapes are checked in JavaScript; what is checked here
// is only what memory safety needs: kinds and lengths of typed arrays.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels.h"

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = LIMIT;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok)
      throw std::invalid_argument("unreadable arguments");
    count_ = count < LIMIT ? count : LIMIT;
  }

  napi_value raw() {
    if (next_ >= count_) throw std::invalid_argument("an argument is missing");
    return values_[next_++];
  }
  double number() {
    double value;
    if (napi_get_value_double(env_, raw(), &value) != napi_ok) fail("a number");
    return value;
  }
  // A size: a whole number from `least` to below 2^31.
  Index size(Index least = 1) {
    double value = number();
    if (!(value >= double(least) && value <= 2147483647.0)) fail("a size in range");
    return Index(value);
  }
  bool flag() {
    bool value;
    if (napi_get_value_bool(env_, raw(), &value) != napi_ok) fail("a boolean");
    return value;
  }
  std::string text() {
    char buffer[64];
    size_t length;
    if (napi_get_value_string_utf8(env_, raw(), buffer, sizeof buffer, &length) != napi_ok)
      fail("a string");
    return std::string(buffer, length);
  }
  float* floats(size_t count) { return static_cast<float*>(array(raw(), napi_float32_array, count)); }
  // Null for null.
  float* floats_or_null(size_t count) {
    napi_value value = raw();
    napi_valuetype type;
    if (napi_typeof(env_, value, &type) == napi_ok && type == napi_null) return nullptr;
    return static_cast<float*>(array(value, napi_float32_array, count));
  }
  // Whole numbers from 0 to below `limit`; 0 for no limit.
  const int32_t* integers(size_t count, Index limit) {
    const int32_t* data = static_cast<int32_t*>(array(raw(), napi_int32_array, count));
    for (size_t i = 0; limit > 0 && i < count; i++)
      if (data[i] < 0 || data[i] >= limit)
        throw std::out_of_range("token " + std::to_string(data[i]) + " is outside 0 to " +
                                std::to_string(limit - 1));
    return data;
  }
  std::vector<napi_value> list() {
    napi_value value = raw();
    uint32_t length;
    if (napi_get_array_length(env_, value, &length) != napi_ok) fail("an array");
    std::vector<napi_value> items(length);
    for (uint32_t i = 0; i < length; i++) napi_get_element(env_, value, i, &items[i]);
    return items;
  }
  float* floats_of(napi_value value, size_t* count) {
    napi_typedarray_type type;
    void* data;
    if (napi_get_typedarray_info(env_, value, &type, count, &data, nullptr, nullptr) != napi_ok ||
        type != napi_float32_array)
      fail("a Float32Array");
    return static_cast<float*>(data);
  }

 private:
  static const size_t LIMIT = 32;

  void* array(napi_value value, napi_typedarray_type wanted, size_t count) {
    napi_typedarray_type type;
    size_t length;
    void* data;
    if (napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
        type != wanted)
      fail(wanted == napi_float32_array ? "a Float32Array" : "an Int32Array");
    // The kernels count in Index: what a 32-bit one cannot reach is refused, not wrapped around.
    if (count > size_t(std::numeric_limits<Index>::max()))
      throw std::out_of_range("argument " + std::to_string(next_) + " would have more than " +
                              std::to_string(std::numeric_limits<Index>::max()) + " elements");
    if (length < count)
      throw std::out_of_range("argument " + std::to_string(next_) + " has length " +
                              std::to_string(length) + ", expected " + std::to_string(count));
    return data;
  }
  [[noreturn]] void fail(const char* expected) {
    throw std::invalid_argument("argument " + std::to_string(next_) + " must be " + expected);
  }

  napi_env env_;
  napi_value values_[LIMIT];
  size_t count_ = 0, next_ = 0;
};
