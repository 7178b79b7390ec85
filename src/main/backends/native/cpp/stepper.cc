#include "stepper.h"

#include <cmath>
#include <cstring>

#include "gemm.h"

// Up to this vocabulary the first layer's input projection is kept as a table of tokens: one row is
// read instead of the whole matrix.
static const Index TABLE_LIMIT = 512;
// Tokens that are read at once.
static const Index WINDOW = 256;

void Panels::add(const Kernels* k, const std::vector<Part>& parts, Index first, int n,
                 bool quantised) {
  parts_ = parts.size();
  quantised_ = quantised;
  const int nr = k->nr;
  for (const Part& part : parts) {
    std::vector<float> panel(size_t(part.depth) * nr);
    pack_panel({k, false}, {part.w, part.depth, true}, first, n, part.depth, panel.data());
    if (!quantised) {
      pieces_.push_back({floats_.size(), 0, part.depth});
      floats_.insert(floats_.end(), panel.begin(), panel.end());
      continue;
    }
    pieces_.push_back({bytes_.size(), scales_.size(), part.depth});
    bytes_.resize(bytes_.size() + panel.size());
    int8_t* to = bytes_.data() + pieces_.back().at;
    for (int j = 0; j < nr; j++) {
      float largest = 0;
      for (Index i = 0; i < part.depth; i++)
        largest = std::fmax(largest, std::fabs(panel[i * nr + j]));
      const float scale = largest > 0 ? largest / 127 : 1;
      scales_.push_back(scale);
      for (Index i = 0; i < part.depth; i++)
        to[i * nr + j] = int8_t(std::lround(panel[i * nr + j] / scale));
    }
  }
}

void Panels::multiply(const Kernels* k, size_t panel, size_t part, const float* a, Index stride,
                      float* c, Index ldc, int m, int n, bool accumulate) const {
  const Piece& piece = pieces_[panel * parts_ + part];
  if (quantised_)
    k->tile_i8(piece.depth, a, stride, bytes_.data() + piece.at, scales_.data() + piece.scale, c,
               ldc, m, n, accumulate);
  else
    k->tile(piece.depth, a, stride, floats_.data() + piece.at, c, ldc, m, n, accumulate);
}

Stepper::Stepper(std::shared_ptr<Runtime> rt, const StepperNetwork& network, int streams)
    : rt_(rt), gru_(network.gru), S(streams), V(network.V), E(network.E), P(network.P),
      G(network.gru ? 3 : 4), embed_(network.embed, network.embed + network.V * network.E),
      out_b_(network.out_b, network.out_b + network.V) {
  const Kernels* k = rt->k;
  Index input = E, widest = 0;
  for (const StepperLayer& from : network.layers) {
    Layer layer;
    const Index H = from.hidden, GH = G * H;
    layer.I = input;
    layer.H = H;
    layer.groups = ceil_div(H, k->nr);
    layer.b_ih.assign(from.b_ih, from.b_ih + GH);
    layer.b_hh.assign(from.b_hh, from.b_hh + GH);
    layer.bias.resize(GH);
    for (Index i = 0; i < GH; i++) layer.bias[i] = from.b_ih[i] + from.b_hh[i];
    const bool table = layers_.empty() && V <= TABLE_LIMIT;
    if (table) {
      layer.table.resize(V * GH);
      gemm(*rt, exact(*rt), V, GH, E, {network.embed, E, false}, {from.w_ih, E, true}, layer.table.data(), GH,
           false);
    }
    for (Index group = 0; group < layer.groups; group++) {
      const Index first = group * k->nr;
      const int n = int(H - first < k->nr ? H - first : k->nr);
      for (Index g = 0; g < G; g++) {
        // With a table the input part is not needed: an empty part keeps the numbering.
        Panels::Part x = {from.w_ih + g * H * input, table ? 0 : input};
        Panels::Part h = {from.w_hh + g * H * H, H};
        layer.panels.add(k, {x, h}, first, n, network.quantised);
      }
    }
    layer.h.resize(S * H);
    layer.c.resize(S * H);
    layer.u.resize(S * H);
    for (auto& columns : layer.columns) columns.resize(S * H);
    state_ += gru_ ? H : 2 * H;
    widest = GH > widest ? GH : widest;
    input = H;
    layers_.push_back(std::move(layer));
  }
  if (P > 0) {
    project_b_.assign(network.project_b, network.project_b + P);
    for (Index first = 0; first < P; first += k->nr)
      project_.add(k, {{network.project_w, input}}, first, int(P - first < k->nr ? P - first : k->nr),
                   network.quantised);
    input = P;
  }
  for (Index first = 0; first < V; first += k->nr)
    out_.add(k, {{network.out_w, input}}, first, int(V - first < k->nr ? V - first : k->nr),
             network.quantised);
  x_.resize(S * E);
  gates_.resize(S * widest);
  projected_.resize(S * P);
  projected_columns_.resize(S * P);
}

void Stepper::set_columns(Layer& layer, int stream) {
  for (Index i = 0; i < layer.H; i++)
    layer.columns[now_][i * S + stream] = layer.h[stream * layer.H + i];
}

void Stepper::step(const int32_t* ids, float* logits) {
  const Kernels* k = rt_->k;
  const int nr = k->nr, mr = k->mr;
  for (int s = 0; s < S; s++) {
    // Token 0 is the boundary of a document: what came before is forgotten.
    if (ids[s] == 0)
      for (Layer& layer : layers_) {
        std::memset(layer.h.data() + s * layer.H, 0, layer.H * sizeof(float));
        std::memset(layer.c.data() + s * layer.H, 0, layer.H * sizeof(float));
        set_columns(layer, s);
      }
    if (layers_[0].table.empty())
      for (Index i = 0; i < E; i++) x_[i * S + s] = embed_[ids[s] * E + i];
  }
  rt_->pool.run([&](int id) {
    const int threads = rt_->pool.size();
    const float* x = x_.data();
    for (Layer& layer : layers_) {
      const Index H = layer.H, GH = G * H;
      const float* before = layer.columns[now_].data();
      float* after = layer.columns[1 - now_].data();
      const Share own(layer.groups, id, threads);
      for (Index group = own.begin; group < own.end; group++) {
        const Index first = group * nr;
        const int n = int(H - first < nr ? H - first : nr);
        for (Index g = 0; g < G; g++) {
          const size_t panel = size_t(group * G + g);
          const bool inner = gru_ && g == 2;
          for (int s = 0; s < S; s += mr) {
            const int m = S - s < mr ? S - s : mr;
            float* gates = gates_.data() + s * GH + g * H + first;
            if (layer.table.empty())
              layer.panels.multiply(k, panel, 0, x + s, S, gates, GH, m, n, false);
            else
              for (int r = 0; r < m; r++)
                std::memcpy(gates + r * GH, &layer.table[ids[s + r] * GH + g * H + first],
                            n * sizeof(float));
            layer.panels.multiply(k, panel, 1, before + s, S,
                                  inner ? &layer.u[s * H + first] : gates, inner ? H : GH, m, n,
                                  !inner);
          }
        }
        for (int s = 0; s < S; s++) {
          float* gates = gates_.data() + s * GH + first;
          float *h = &layer.h[s * H + first], *c = &layer.c[s * H + first];
          if (gru_)
            k->gru_forward(n, H, gates, &layer.b_ih[first], &layer.b_hh[first],
                           &layer.u[s * H + first], h, h);
          else
            k->lstm_forward(n, H, gates, &layer.bias[first], c, c, h);
          for (int i = 0; i < n; i++) after[(first + i) * S + s] = h[i];
        }
      }
      rt_->pool.barrier();
      x = after;
    }
    if (P > 0) {
      const Share own(ceil_div(P, nr), id, threads);
      for (Index panel = own.begin; panel < own.end; panel++) {
        const Index first = panel * nr;
        const int n = int(P - first < nr ? P - first : nr);
        for (int s = 0; s < S; s += mr) {
          const int m = S - s < mr ? S - s : mr;
          for (int r = 0; r < m; r++)
            std::memcpy(&projected_[(s + r) * P + first], &project_b_[first], n * sizeof(float));
          project_.multiply(k, panel, 0, x + s, S, &projected_[s * P + first], P, m, n, true);
        }
        for (int s = 0; s < S; s++)
          for (int i = 0; i < n; i++)
            projected_columns_[(first + i) * S + s] = projected_[s * P + first + i];
      }
      rt_->pool.barrier();
      x = projected_columns_.data();
    }
    for (int s = 0; s < S; s += mr)
      output(x + s, S, 0, S - s < mr ? S - s : mr, logits + s * V, V, id);
  });
  now_ = 1 - now_;
}

// c[m,V] = a W' + b, member `id`'s share of the columns.
void Stepper::output(const float* a, Index stride, Index first_row, int m, float* c, Index ldc, int id) {
  const Kernels* k = rt_->k;
  const Share own(ceil_div(V, k->nr), id, rt_->pool.size());
  for (Index panel = own.begin; panel < own.end; panel++) {
    const Index first = panel * k->nr;
    const int n = int(V - first < k->nr ? V - first : k->nr);
    float* to = c + first_row * ldc + first;
    for (int r = 0; r < m; r++) std::memcpy(to + r * ldc, &out_b_[first], n * sizeof(float));
    out_.multiply(k, panel, 0, a, stride, to, ldc, m, n, true);
  }
}

void Stepper::run(int stream, const int32_t* ids, Index n) {
  Runtime& rt = *rt_;
  const Kernels* k = rt.k;
  const int nr = k->nr, mr = k->mr;
  window_.resize(n * E);
  for (Index t = 0; t < n; t++)
    std::memcpy(&window_[t * E], &embed_[ids[t] * E], E * sizeof(float));
  for (Layer& layer : layers_) {
    const Index H = layer.H, GH = G * H, I = layer.I;
    window_gates_.resize(n * GH);
    window_next_.resize(n * H);
    window_u_.resize(H);
    packed_.resize(packed_rows_size(exact(*rt_), n, I));
    float* c = &layer.c[stream * H];
    initial_.assign(layer.h.begin() + stream * H, layer.h.begin() + (stream + 1) * H);
    rt.pool.run([&](int id) {
      if (layer.table.empty()) {
        pack_rows(rt, id, exact(rt), {window_.data(), I, false}, n, I, packed_.data());
        rt.pool.barrier();
      }
      const Share own(layer.groups, id, rt.pool.size());
      for (Index group = own.begin; group < own.end; group++) {
        const Index first = group * nr;
        const int width = int(H - first < nr ? H - first : nr);
        for (Index g = 0; g < G; g++)
          for (Index t = 0; t < n; t += mr) {
            const int m = int(n - t < mr ? n - t : mr);
            float* gates = &window_gates_[t * GH + g * H + first];
            if (layer.table.empty())
              layer.panels.multiply(k, group * G + g, 0, &packed_[t * I], mr, gates, GH, m, width,
                                    false);
            else
              for (int r = 0; r < m; r++)
                std::memcpy(gates + r * GH, &layer.table[ids[t + r] * GH + g * H + first],
                            width * sizeof(float));
          }
      }
      for (Index t = 0; t < n; t++) {
        const bool start = ids[t] == 0;
        const float* h = t > 0 ? &window_next_[(t - 1) * H] : initial_.data();
        for (Index group = own.begin; group < own.end; group++) {
          const Index first = group * nr;
          const int width = int(H - first < nr ? H - first : nr);
          float* gates = &window_gates_[t * GH + first];
          if (start && gru_) std::memset(&window_u_[first], 0, width * sizeof(float));
          for (Index g = 0; g < G && !start; g++) {
            const bool inner = gru_ && g == 2;
            layer.panels.multiply(k, group * G + g, 1, h, 1, inner ? &window_u_[first] : gates + g * H,
                                  GH, 1, width, !inner);
          }
          float* to = &window_next_[t * H + first];
          if (gru_)
            k->gru_forward(width, H, gates, &layer.b_ih[first], &layer.b_hh[first],
                           &window_u_[first], start ? nullptr : h + first, to);
          else
            k->lstm_forward(width, H, gates, &layer.bias[first], start ? nullptr : c + first,
                            c + first, to);
        }
        rt.pool.barrier();
      }
    });
    std::memcpy(&layer.h[stream * H], &window_next_[(n - 1) * H], H * sizeof(float));
    set_columns(layer, stream);
    std::swap(window_, window_next_);
  }
  if (P > 0) {
    const Index H = layers_.back().H;
    packed_.resize(packed_rows_size(exact(*rt_), n, H));
    window_next_.resize(n * P);
    rt.pool.run([&](int id) {
      pack_rows(rt, id, exact(rt), {window_.data(), H, false}, n, H, packed_.data());
      rt.pool.barrier();
      const Share own(ceil_div(P, nr), id, rt.pool.size());
      for (Index panel = own.begin; panel < own.end; panel++) {
        const Index first = panel * nr;
        const int width = int(P - first < nr ? P - first : nr);
        for (Index t = 0; t < n; t += mr) {
          const int m = int(n - t < mr ? n - t : mr);
          for (int r = 0; r < m; r++)
            std::memcpy(&window_next_[(t + r) * P + first], &project_b_[first],
                        width * sizeof(float));
          project_.multiply(k, panel, 0, &packed_[t * H], mr, &window_next_[t * P + first], P, m,
                            width, true);
        }
      }
    });
    std::swap(window_, window_next_);
  }
}

void Stepper::read(int stream, const int32_t* ids, Index n, float* logits) {
  Index last = 0;
  for (Index start = 0; start < n; start += WINDOW) {
    last = n - start < WINDOW ? n - start : WINDOW;
    run(stream, ids + start, last);
  }
  const Index top = P > 0 ? P : layers_.back().H;
  rt_->pool.run([&](int id) { output(&window_[(last - 1) * top], 1, 0, 1, logits, V, id); });
}

double Stepper::score(int stream, const int32_t* ids, const int32_t* targets, Index n,
                      float inverse_temperature) {
  const Kernels* k = rt_->k;
  const Index top = P > 0 ? P : layers_.back().H;
  std::vector<float> logits(WINDOW * V), packed(packed_rows_size(exact(*rt_), WINDOW, top));
  std::vector<double> losses(WINDOW);
  double total = 0;
  for (Index start = 0; start < n; start += WINDOW) {
    const Index count = n - start < WINDOW ? n - start : WINDOW;
    run(stream, ids + start, count);
    rt_->pool.run([&](int id) {
      pack_rows(*rt_, id, exact(*rt_), {window_.data(), top, false}, count, top, packed.data());
      rt_->pool.barrier();
      for (Index t = 0; t < count; t += k->mr)
        output(&packed[t * top], k->mr, t, int(count - t < k->mr ? count - t : k->mr),
               logits.data(), V, id);
      rt_->pool.barrier();
      const Share share(count, id, rt_->pool.size());
      for (Index t = share.begin; t < share.end; t++)
        losses[t] = k->softmax_loss(int(V), &logits[t * V], inverse_temperature, targets[start + t],
                                    0);
    });
    for (Index t = 0; t < count; t++) total += losses[t];
  }
  return total;
}

void Stepper::save(int stream, float* to) const {
  for (const Layer& layer : layers_) {
    const size_t bytes = layer.H * sizeof(float);
    std::memcpy(to, &layer.h[stream * layer.H], bytes);
    to += layer.H;
    if (gru_) continue;
    std::memcpy(to, &layer.c[stream * layer.H], bytes);
    to += layer.H;
  }
}

void Stepper::restore(int stream, const float* from) {
  for (Layer& layer : layers_) {
    const size_t bytes = layer.H * sizeof(float);
    std::memcpy(&layer.h[stream * layer.H], from, bytes);
    from += layer.H;
    set_columns(layer, stream);
    if (gru_) continue;
    std::memcpy(&layer.c[stream * layer.H], from, bytes);
    from += layer.H;
  }
}
