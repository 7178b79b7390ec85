// Projection, softmax and cross-entropy, with and without gradients.
#include <cmath>

#include "oracle.h"

namespace {

struct Sizes {
  long N, H, V;
};

void check_softmax(Check& check, Sizes s, float limit, float temperature) {
  check.begin("softmax_loss N%ld H%ld V%ld values %g temperature %g", s.N, s.H, s.V, double(limit),
              double(temperature));
  Random random(uint64_t(s.N * 641 + s.H * 29 + s.V));
  const size_t N = size_t(s.N), H = size_t(s.H), V = size_t(s.V);
  const Floats h = random.floats(N * H, 1), w = random.floats(V * H, limit), b = random.floats(V, limit);
  const Ids targets = random.ids(N, int(s.V));
  SoftmaxLoss op = {s.N, s.H, s.V, h, w, b, targets, 1 / temperature, nullptr, nullptr, nullptr};
  const LossNumbers expected = loss_of(op);
  check.with_runtimes([&](Runtime& rt) {
    op.dh = op.dw = op.db = nullptr;
    check.close("loss alone", softmax_loss(rt, op), expected.loss);
    Floats dh(N * H), dw(V * H), db(V);
    op.dh = dh;
    op.dw = dw;
    op.db = db;
    check.close("loss", softmax_loss(rt, op), expected.loss);
    // Gradients of one value only are sums of what cancels: zero, give or take a rounding.
    if (V == 1) return;
    check.close("dh", dh, expected.dh, 2e-5);
    check.close("dw", dw, expected.dw, 2e-5);
    check.close("db", db, expected.db, 2e-5);
  });
}

// A number that is none must not go unnoticed, wherever it stands.
void check_nan(Check& check, size_t n) {
  check.begin("softmax_loss of a NaN among %ld", long(n));
  for (size_t at = 0; at < n; at++) {
    Floats x(n);
    for (size_t i = 0; i < n; i++) x[i] = i == at ? NAN : float(i % 5);
    check.claim("the loss is NaN", std::isnan(check.k->softmax_loss(int(n), x, 1, int(n - 1), 0)));
  }
}

}  // namespace

void check_loss(Check& check) {
  for (Sizes s : std::vector<Sizes>{{1, 1, 1}, {1, 1, 2}, {1, 3, 7}, {5, 17, 33}, {3, 7, 513}})
    check_softmax(check, s, 1, 1);
  check_softmax(check, {9, 4, 19}, 1, 0.7f);
  for (size_t n : {1, 7, 33}) check_nan(check, n);
  if (check.quick) return;
  // Far apart, so that most terms vanish; there a coarse logit is another loss.
  if (!check.half) check_softmax(check, {4, 3, 40}, 60, 1);
  check_softmax(check, {130, 33, 15}, 1, 1.3f);
  check_softmax(check, {6, 65, 1031}, 1, 1);
  // More logits than are held at once.
  check_softmax(check, {33, 2, 131072}, 1, 1);
}
