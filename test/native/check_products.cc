// gemm with every mixture of layouts, and the gradient of a linear layer.
#include "gemm.h"
#include "oracle.h"

namespace {

struct Sizes {
  long m, n, depth;
};

void check_gemm(Check& check, Sizes s) {
  Random random(uint64_t(s.m * 1000003 + s.n * 1009 + s.depth));
  const Floats a = random.floats(size_t(s.m * s.depth), 1), b = random.floats(size_t(s.depth * s.n), 1);
  const Floats bias = random.floats(size_t(s.n), 1);
  for (int layout = 0; layout < 4; layout++) {
    const bool at = layout & 1, bt = layout & 2;
    check.begin("gemm m%ld n%ld depth%ld%s%s", s.m, s.n, s.depth, at ? " a'" : "", bt ? " b'" : "");
    const Numbers plain = product(s.m, s.n, s.depth, a, at, b, bt, nullptr);
    const Numbers biased = product(s.m, s.n, s.depth, a, at, b, bt, bias);
    Numbers twice(plain);
    for (double& value : twice) value *= 2;
    check.with_runtimes([&](Runtime& rt) {
      const Matrix left = {a, at ? s.m : s.depth, at}, right = {b, bt ? s.depth : s.n, bt};
      Floats c(size_t(s.m * s.n)), with_bias(size_t(s.m * s.n));
      gemm(rt, trained(rt), s.m, s.n, s.depth, left, right, c, s.n, false);
      check.close("c", c, plain);
      gemm(rt, trained(rt), s.m, s.n, s.depth, left, right, c, s.n, true);
      check.close("c accumulated", c, twice);
      gemm(rt, trained(rt), s.m, s.n, s.depth, left, right, with_bias, s.n, false, bias);
      check.close("c with bias", with_bias, biased);
    });
  }
}

void check_linear_gradient(Check& check, long N, long I, long O) {
  Random random(uint64_t(N * 31 + I * 7 + O));
  check.begin("linear_gradient N%ld I%ld O%ld", N, I, O);
  const Floats dy = random.floats(size_t(N * O), 1), x = random.floats(size_t(N * I), 1);
  const Floats w = random.floats(size_t(O * I), 1);
  const Floats ones = [&] {
    Floats made{size_t(N)};
    for (long i = 0; i < N; i++) made[size_t(i)] = 1;
    return made;
  }();
  const Numbers dx = product(N, I, O, dy, false, w, false, nullptr);
  const Numbers dw = product(O, I, N, dy, true, x, false, nullptr);
  const Numbers db = product(1, O, N, ones, false, dy, false, nullptr);
  check.with_runtimes([&](Runtime& rt) {
    Floats got_dx(dx.size()), got_dw(dw.size()), got_db(db.size());
    linear_gradient(rt, N, I, O, dy, x, w, got_dx, got_dw, got_db);
    check.close("dx", got_dx, dx);
    check.close("dw", got_dw, dw);
    check.close("db", got_db, db);
  });
}

}  // namespace

void check_products(Check& check) {
  const std::vector<Sizes> few = {{1, 1, 1},  {3, 17, 5},    {9, 33, 7},
                                  {7, 65, 257}, {8, 2, 4}, {385, 5, 3}};
  for (Sizes s : few) check_gemm(check, s);
  check_linear_gradient(check, 1, 1, 1);
  check_linear_gradient(check, 5, 33, 7);
  if (check.quick) return;
  // Every height and width of a tile, then panels, passes and chunks that do not come out even.
  for (long m = 1; m <= 17; m++) check_gemm(check, {m, 35 - m, m % 6 + 1});
  for (long n : {1, 2, 7, 15, 16, 31, 32, 63, 64, 513}) check_gemm(check, {5, n, 8});
  for (long depth : {2, 4, 255, 256, 511, 513, 600}) check_gemm(check, {10, 33, depth});
  for (long m : {95, 96, 97, 777, 1700}) check_gemm(check, {m, 3, 5});
  check_gemm(check, {1, 700, 300});
  check_linear_gradient(check, 17, 3, 513);
  check_linear_gradient(check, 300, 65, 2);
}
