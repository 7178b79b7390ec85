#include "oracle.h"

#include <algorithm>
#include <cmath>

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

Numbers copy_of(const float* from, size_t count) { return Numbers(from, from + count); }

// w [rows, depth] x + b
Numbers affine(const Numbers& w, const Numbers& x, const Numbers& b) {
  Numbers y(b);
  for (size_t i = 0; i < y.size(); i++)
    for (size_t j = 0; j < x.size(); j++) y[i] += w[i * x.size() + j] * x[j];
  return y;
}

Numbers rounded_to_int8(const float* w, size_t rows, size_t depth) {
  Numbers made(rows * depth);
  for (size_t i = 0; i < rows; i++) {
    float largest = 0;
    for (size_t j = 0; j < depth; j++) largest = std::max(largest, std::fabs(w[i * depth + j]));
    const float scale = largest > 0 ? largest / 127 : 1;
    for (size_t j = 0; j < depth; j++)
      made[i * depth + j] = double(std::lround(w[i * depth + j] / scale)) * scale;
  }
  return made;
}

// One unit: gates hold W x (all gates), u holds U h (all gates), both with their bias.
struct Unit {
  double gates[4], inner, h, c;
};

Unit lstm_unit(const double* x, const double* u, double c_prev) {
  Unit unit;
  for (int g = 0; g < 4; g++) unit.gates[g] = g == 2 ? std::tanh(x[g] + u[g]) : sigmoid(x[g] + u[g]);
  unit.inner = 0;
  unit.c = unit.gates[1] * c_prev + unit.gates[0] * unit.gates[2];
  unit.h = unit.gates[3] * std::tanh(unit.c);
  return unit;
}

Unit gru_unit(const double* x, const double* u, double h_prev) {
  Unit unit;
  unit.gates[0] = sigmoid(x[0] + u[0]);
  unit.gates[1] = sigmoid(x[1] + u[1]);
  unit.inner = u[2];
  unit.gates[2] = std::tanh(x[2] + unit.gates[0] * u[2]);
  unit.gates[3] = 0;
  unit.c = 0;
  unit.h = (1 - unit.gates[1]) * unit.gates[2] + unit.gates[1] * h_prev;
  return unit;
}

Unit unit_of(bool gru, const Numbers& x, const Numbers& u, size_t H, size_t i, double h_prev,
             double c_prev) {
  double xs[4] = {0}, us[4] = {0};
  for (size_t g = 0; g < (gru ? 3u : 4u); g++) {
    xs[g] = x[g * H + i];
    us[g] = u[g * H + i];
  }
  return gru ? gru_unit(xs, us, h_prev) : lstm_unit(xs, us, c_prev);
}

}  // namespace

Numbers product(long m, long n, long depth, const float* a, bool a_transposed, const float* b,
                bool b_transposed, const float* bias) {
  Numbers c(size_t(m) * size_t(n));
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) {
      double total = bias ? bias[j] : 0;
      for (long l = 0; l < depth; l++)
        total += double(a_transposed ? a[l * m + i] : a[i * depth + l]) *
                 double(b_transposed ? b[j * depth + l] : b[l * n + j]);
      c[size_t(i * n + j)] = total;
    }
  return c;
}

RecurrentNumbers recurrent(const RecurrentGradient& d) {
  const Recurrent& op = d.f;
  const size_t T = size_t(op.T), B = size_t(op.B), I = size_t(op.I), H = size_t(op.H);
  const size_t G = op.gru ? 3 : 4, GH = G * H, rows = T * B;
  const Numbers w_ih = copy_of(op.w_ih, GH * I), w_hh = copy_of(op.w_hh, GH * H);
  const Numbers b_ih = copy_of(op.b_ih, GH), b_hh = copy_of(op.b_hh, GH);
  RecurrentNumbers n;
  n.y.resize(rows * H);
  n.gates.resize(rows * GH);
  n.cells.resize(rows * H);
  Numbers h_prev(rows * H), c_prev(rows * H);
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = 0; i < H && !op.starts[row]; i++) {
      h_prev[row * H + i] = row < B ? double(op.h0[row * H + i]) : n.y[(row - B) * H + i];
      c_prev[row * H + i] = row < B ? double(op.c0[row * H + i]) : n.cells[(row - B) * H + i];
    }
    const Numbers before(h_prev.begin() + long(row * H), h_prev.begin() + long((row + 1) * H));
    const Numbers x = affine(w_ih, copy_of(op.x + row * I, I), b_ih);
    const Numbers u = affine(w_hh, before, b_hh);
    for (size_t i = 0; i < H; i++) {
      const Unit unit = unit_of(op.gru, x, u, H, i, before[i], c_prev[row * H + i]);
      for (size_t g = 0; g < G; g++) n.gates[row * GH + g * H + i] = unit.gates[g];
      n.cells[row * H + i] = op.gru ? unit.inner : unit.c;
      n.y[row * H + i] = unit.h;
    }
  }
  n.h_last.assign(n.y.end() - long(B * H), n.y.end());
  n.c_last = op.gru ? copy_of(op.c0, B * H) : Numbers(n.cells.end() - long(B * H), n.cells.end());

  n.dx.resize(rows * I);
  n.dw_ih.resize(GH * I);
  n.dw_hh.resize(GH * H);
  n.db_ih.resize(GH);
  n.db_hh.resize(GH);
  Numbers dh = copy_of(d.dh_last, B * H), dc = copy_of(d.dc_last, B * H);
  for (size_t row = rows; row-- > 0;) {
    const size_t b = row % B;
    Numbers dx(GH), du(GH), direct(H);
    for (size_t i = 0; i < H; i++) {
      const double* gate = &n.gates[row * GH + i];
      const double dy = double(d.dy[row * H + i]) + dh[b * H + i];
      if (op.gru) {
        const double r = gate[0], z = gate[H], candidate = gate[2 * H], before = h_prev[row * H + i];
        const double dn = dy * (1 - z) * (1 - candidate * candidate);
        dx[i] = du[i] = dn * n.cells[row * H + i] * r * (1 - r);
        dx[H + i] = du[H + i] = dy * (before - candidate) * z * (1 - z);
        dx[2 * H + i] = dn;
        du[2 * H + i] = dn * r;
        direct[i] = dy * z;
        continue;
      }
      const double in = gate[0], forget = gate[H], cell = gate[2 * H], out = gate[3 * H];
      const double t = std::tanh(n.cells[row * H + i]);
      const double dcell = dc[b * H + i] + dy * out * (1 - t * t);
      dx[i] = dcell * cell * in * (1 - in);
      dx[H + i] = dcell * c_prev[row * H + i] * forget * (1 - forget);
      dx[2 * H + i] = dcell * in * (1 - cell * cell);
      dx[3 * H + i] = dy * t * out * (1 - out);
      for (size_t g = 0; g < G; g++) du[g * H + i] = dx[g * H + i];
      dc[b * H + i] = op.starts[row] ? 0 : dcell * forget;
    }
    for (size_t i = 0; i < H; i++) dh[b * H + i] = op.starts[row] ? 0 : direct[i];
    for (size_t g = 0; g < GH; g++) {
      for (size_t i = 0; i < I; i++) {
        n.dx[row * I + i] += dx[g] * w_ih[g * I + i];
        n.dw_ih[g * I + i] += dx[g] * double(op.x[row * I + i]);
      }
      for (size_t i = 0; i < H; i++) {
        if (!op.starts[row]) dh[b * H + i] += du[g] * w_hh[g * H + i];
        n.dw_hh[g * H + i] += du[g] * h_prev[row * H + i];
      }
      n.db_ih[g] += dx[g];
      n.db_hh[g] += du[g];
    }
  }
  n.dh0 = dh;
  n.dc0 = op.gru ? copy_of(d.dc_last, B * H) : dc;
  return n;
}

LossNumbers loss_of(const SoftmaxLoss& op) {
  const size_t N = size_t(op.N), H = size_t(op.H), V = size_t(op.V);
  LossNumbers n;
  n.loss = 0;
  n.dh.resize(N * H);
  n.dw.resize(V * H);
  n.db.resize(V);
  const double sharp = op.inverse_temperature;
  for (size_t row = 0; row < N; row++) {
    const float* h = op.h + row * H;
    Numbers logits(V);
    for (size_t v = 0; v < V; v++) {
      logits[v] = op.b[v];
      for (size_t i = 0; i < H; i++) logits[v] += double(h[i]) * double(op.w[v * H + i]);
      logits[v] *= sharp;
    }
    const double top = *std::max_element(logits.begin(), logits.end());
    double total = 0;
    for (double logit : logits) total += std::exp(logit - top);
    const size_t target = size_t(op.targets[row]);
    n.loss += (std::log(total) + top - logits[target]) / double(N);
    for (size_t v = 0; v < V; v++) {
      const double p = std::exp(logits[v] - top) / total;
      const double dlogit = (p - (v == target ? 1 : 0)) * sharp / double(N);
      n.db[v] += dlogit;
      for (size_t i = 0; i < H; i++) {
        n.dh[row * H + i] += dlogit * double(op.w[v * H + i]);
        n.dw[v * H + i] += dlogit * double(h[i]);
      }
    }
  }
  return n;
}

PlainNetwork::PlainNetwork(const StepperNetwork& from)
    : gru_(from.gru), V(from.V), E(from.E), P(from.P),
      embed_(copy_of(from.embed, size_t(from.V * from.E))), out_b_(copy_of(from.out_b, size_t(from.V))) {
  const auto weights = [&](const float* w, long rows, long depth, bool exact) {
    return from.quantised && !exact ? rounded_to_int8(w, size_t(rows), size_t(depth))
                                    : copy_of(w, size_t(rows * depth));
  };
  const long G = gru_ ? 3 : 4, table_limit = 512;
  long input = E;
  for (const StepperLayer& layer : from.layers) {
    const long H = layer.hidden, GH = G * H;
    const bool table = layers_.empty() && V <= table_limit;
    layers_.push_back({input, H, weights(layer.w_ih, GH, input, table),
                       weights(layer.w_hh, GH, H, false), copy_of(layer.b_ih, size_t(GH)),
                       copy_of(layer.b_hh, size_t(GH))});
    input = H;
  }
  if (P > 0) {
    project_w_ = weights(from.project_w, P, input, false);
    project_b_ = copy_of(from.project_b, size_t(P));
    input = P;
  }
  out_w_ = weights(from.out_w, V, input, false);
}

PlainNetwork::State PlainNetwork::start() const {
  State state;
  for (const Layer& layer : layers_) {
    state.h.push_back(Numbers(size_t(layer.H)));
    state.c.push_back(Numbers(size_t(layer.H)));
  }
  return state;
}

Numbers PlainNetwork::step(State& state, int32_t id) const {
  if (id == 0) state = start();
  Numbers x(embed_.begin() + id * E, embed_.begin() + (id + 1) * E);
  for (size_t l = 0; l < layers_.size(); l++) {
    const Layer& layer = layers_[l];
    const size_t H = size_t(layer.H);
    const Numbers gates = affine(layer.w_ih, x, layer.b_ih);
    const Numbers u = affine(layer.w_hh, state.h[l], layer.b_hh);
    for (size_t i = 0; i < H; i++) {
      const Unit unit = unit_of(gru_, gates, u, H, i, state.h[l][i], state.c[l][i]);
      state.h[l][i] = unit.h;
      state.c[l][i] = unit.c;
    }
    x = state.h[l];
  }
  if (P > 0) x = affine(project_w_, x, project_b_);
  return affine(out_w_, x, out_b_);
}
