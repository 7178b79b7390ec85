// Activations at their extremes, embedding, dropout and AdamW.
#include <cmath>

#include "oracle.h"

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void check_embedding(Check& check, long count, long V, long E) {
  check.begin("embedding count%ld V%ld E%ld", count, V, E);
  Random random(uint64_t(count * 37 + V * 5 + E));
  const Floats table = random.floats(size_t(V * E), 1), dy = random.floats(size_t(count * E), 1);
  const Ids ids = random.ids(size_t(count), int(V));
  Numbers y, dtable(size_t(V * E));
  for (long i = 0; i < count; i++)
    for (long j = 0; j < E; j++) {
      y.push_back(table[size_t(ids[size_t(i)] * E + j)]);
      dtable[size_t(ids[size_t(i)] * E + j)] += double(dy[size_t(i * E + j)]);
    }
  check.with_runtimes([&](Runtime& rt) {
    Floats got(y.size()), gradient(dtable.size());
    embedding(rt, count, V, E, table, ids, got);
    check.close("y", got, y, 0);
    embedding_gradient(rt, count, V, E, dy, ids, gradient);
    check.close("dtable", gradient, dtable);
  });
}

// The same draw for an index whoever computes it: repeated here from its definition.
bool kept(uint32_t seed, uint32_t i, uint32_t threshold) {
  uint32_t h = (i ^ seed) * 0x9E3779B1u;
  h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
  h = (h ^ (h >> 13)) * 0xC2B2AE35u;
  return (h ^ (h >> 16)) >= threshold;
}

void check_dropout(Check& check, long n, long period) {
  check.begin("dropout n%ld period%ld", n, period);
  Random random(uint64_t(n * 3 + period));
  const Floats x = random.floats(size_t(n), 1);
  const uint32_t seed = uint32_t(random.next()), threshold = 0x4CCCCCCCu;
  const float scale = 1 / 0.7f;
  Numbers y(static_cast<size_t>(n));
  for (long i = 0; i < n; i++)
    if (kept(seed, uint32_t(i % period), threshold)) y[size_t(i)] = double(x[size_t(i)] * scale);
  check.with_runtimes([&](Runtime& rt) {
    Floats got(y.size());
    dropout(rt, n, period, x, got, seed, threshold, scale);
    check.close("y", got, y, 0);
  });
}

void check_adamw(Check& check, const std::vector<size_t>& sizes, double clip, long step) {
  check.begin("adamw of %d arrays from %d, clip %g, step %ld", int(sizes.size()),
              int(sizes[0]), clip, step);
  const double rate = 0.01, beta1 = 0.9f, beta2 = 0.99f, epsilon = 1e-6;
  Random random(uint64_t(step) + sizes.size());
  std::vector<Floats> p, m, v, g;
  double squares = 0;
  for (size_t size : sizes) {
    p.push_back(random.floats(size, 1));
    m.push_back(random.floats(size, 0.1f));
    v.push_back(random.floats(size, 0.1f));
    g.push_back(random.floats(size, 2));
    for (size_t i = 0; i < size; i++) {
      v.back()[i] = std::fabs(v.back()[i]);
      squares += double(g.back()[i]) * double(g.back()[i]);
    }
  }
  const double norm = std::sqrt(squares), factor = std::fmin(1, clip / (norm + 1e-6));
  const auto copies = [](const std::vector<Floats>& from) {
    std::vector<Floats> made;
    for (const Floats& one : from) {
      made.emplace_back(one.size());
      std::memcpy(made.back().data(), one.data(), one.size() * sizeof(float));
    }
    return made;
  };
  check.with_runtimes([&](Runtime& rt) {
    std::vector<Floats> np = copies(p), nm = copies(m), nv = copies(v);
    std::vector<AdamParameter> parameters;
    for (size_t i = 0; i < sizes.size(); i++)
      parameters.push_back({np[i], nm[i], nv[i], g[i], long(sizes[i]), i % 2 ? 0.0f : 0.05f});
    const AdamW op = {parameters.data(), int(sizes.size()), rate, beta1, beta2, epsilon, clip, step};
    check.close("norm", adamw(rt, op), norm);
    for (size_t a = 0; a < sizes.size(); a++) {
      Numbers ep, em, ev;
      for (size_t i = 0; i < sizes[a]; i++) {
        const double grad = double(g[a][i]) * factor;
        em.push_back(beta1 * double(m[a][i]) + (1 - beta1) * grad);
        ev.push_back(beta2 * double(v[a][i]) + (1 - beta2) * grad * grad);
        const double first = em.back() / (1 - std::pow(beta1, double(step)));
        const double second = ev.back() / (1 - std::pow(beta2, double(step)));
        ep.push_back(double(p[a][i]) * (1 - rate * double(parameters[a].decay)) -
                     rate * first / (std::sqrt(second) + epsilon));
      }
      check.close("p", np[a], ep);
      check.close("m", nm[a], em);
      check.close("v", nv[a], ev);
    }
    // A gradient that broke down changes nothing.
    Floats broken(1);
    std::vector<Floats> op1 = copies(p);
    parameters = {{op1[0], nm[0], nv[0], g[0], long(sizes[0]), 0}, {nm[0], nm[0], nv[0], broken, 1, 0}};
    const AdamW bad = {parameters.data(), 2, rate, beta1, beta2, epsilon, clip, step};
    check.claim("a NaN in a gradient is told", !std::isfinite(adamw(rt, bad)));
    check.claim("and changes nothing",
                std::memcmp(op1[0].data(), p[0].data(), sizes[0] * sizeof(float)) == 0);
  });
}

}  // namespace

void check_activations(Check& check) {
  const std::vector<float> extremes = {0,     -0.0f, 1e-30f, -1e-30f, 1e-4f, 0.5f, -0.5f,
                                       9,     -9,    20,     -20,     87,    -87,  88,
                                       -88.5f, 200,   -200,   3e38f,   -3e38f};
  for (int n : {1, 3, 17, 33}) {
    check.begin("lstm_forward of extremes, %d units", n);
    const size_t H = size_t(n);
    for (size_t first = 0; first < extremes.size(); first++) {
      Floats gates(4 * H), bias(4 * H), c(H), h(H), before(H);
      Numbers expected_c(H), expected_h(H);
      const auto value = [&](size_t i) { return extremes[(first + i) % extremes.size()]; };
      for (size_t i = 0; i < H; i++) {
        for (size_t g = 0; g < 4; g++) {
          gates[g * H + i] = value(i + 5 * g);
          bias[g * H + i] = 0;
        }
        before[i] = float(i % 3) - 1;
        expected_c[i] = sigmoid(value(i + 5)) * double(before[i]) +
                        sigmoid(value(i)) * std::tanh(double(value(i + 10)));
        expected_h[i] = sigmoid(value(i + 15)) * std::tanh(expected_c[i]);
      }
      check.k->lstm_forward(n, long(H), gates, bias, before, c, h);
      // tanh is 1 - 2 / (e^2x + 1): right to a rounding of 1, not of a tiny result.
      check.close("c", c, expected_c, 3e-7, 1);
      check.close("h", h, expected_h, 3e-7, 1);
    }
    check.begin("lstm_forward of a NaN, %d units", n);
    for (size_t at = 0; at < H; at++) {
      Floats gates(4 * H), bias(4 * H), c(H), h(H);
      for (size_t i = 0; i < 4 * H; i++) gates[i] = i == at ? NAN : 0;
      for (size_t i = 0; i < 4 * H; i++) bias[i] = 0;
      check.k->lstm_forward(n, long(H), gates, bias, nullptr, c, h);
      for (size_t i = 0; i < H; i++)
        check.claim("NaN stays where it is", std::isnan(c[i]) == (i == at) && std::isnan(h[i]) == (i == at));
    }
  }
}

void check_elementwise(Check& check) {
  check_embedding(check, 1, 2, 1);
  check_embedding(check, 11, 7, 33);
  check_dropout(check, 1, 1);
  check_dropout(check, 35, 7);
  check_dropout(check, 35, 1000);
  check_adamw(check, {1}, 1, 1);
  check_adamw(check, {17, 1, 33}, 1e9, 3);
  if (check.quick) return;
  check_embedding(check, 100, 513, 17);
  check_embedding(check, 3, 2, 130);
  check_dropout(check, 1000, 33);
  check_dropout(check, 17, 17);
  check_adamw(check, {3, 4096, 4097, 65536, 65537, 2}, 1, 100);
}
