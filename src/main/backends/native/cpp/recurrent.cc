// LSTM and GRU over a whole window, forward and backward.
//
// The input projection is one product over all T*B rows. Each member of the team then owns groups of
// nr hidden units with all their gates, so a time step needs one barrier: a group's gates are
// activated where they were just computed, and the next step waits only for everybody's h.
#include <cstring>

#include "gemm.h"
#include "operations.h"

namespace {

// Geometry shared by both directions.
struct Shape {
  Index G, GH, rows, groups, blocks;
  Shape(const Recurrent& op, const Kernels* k)
      : G(op.gru ? 3 : 4), GH(G * op.H), rows(op.T * op.B), groups(ceil_div(op.H, k->nr)),
        blocks(ceil_div(op.B, k->mr)) {}
};

// The units [first, first + n) of a group.
struct Group {
  Index first;
  int n;
  Group(const Recurrent& op, const Kernels* k, Index group)
      : first(group * k->nr), n(int(op.H - first < k->nr ? op.H - first : k->nr)) {}
};

// An odd number of units would break the pairs of depths between gates.
Packing packing_for(const Runtime& rt, Index H) { return H % 2 == 0 ? trained(rt) : exact(rt); }

// Packs n units of B rows, from unit `first`, into blocks of `words`; rows where a document starts are
// zero.
void put_packed(const Packing& p, float* packed, Index words, Index B, Index first, int n,
                const float* from, Index ld, const int32_t* starts) {
  const int mr = p.k->mr;
  for (Index b = 0; b < B; b += mr) {
    const Index m = B - b < mr ? B - b : mr;
    float* to = packed + b * words + p.words(first) * mr;
    if (p.half) {
      float pairs[16 * 32];
      for (Index r = 0; r < m; r++) p.k->pairs(n, from + (b + r) * ld, pairs + r * 32);
      p.k->transpose(m, p.words(n), pairs, 32, to, mr);
    } else {
      p.k->transpose(m, n, from + b * ld, ld, to, mr);
    }
    for (Index r = 0; r < m; r++)
      if (starts[b + r])
        for (Index i = 0; i < p.words(n); i++) to[i * mr + r] = 0;
  }
}

// c [B, n] (+)= packed rows times one panel, in passes that keep the panel in the first cache.
void panel_product(const Packing& p, Index B, Index words, const float* packed, const float* panel,
                   float* c, Index ldc, int n, bool accumulate) {
  const int mr = p.k->mr;
  const Index pass = B <= mr ? words : 256;
  for (Index start = 0; start < words; start += pass) {
    const Index count = words - start < pass ? words - start : pass;
    for (Index b = 0; b < B; b += mr)
      p.tile(count, packed + b * words + start * mr, mr, panel + start * p.k->nr, c + b * ldc, ldc,
             int(B - b < mr ? B - b : mr), n, accumulate || start > 0);
  }
}

const float* previous(const Recurrent& op, const float* states, const float* initial, Index t, Index b,
                      Index unit) {
  if (op.starts[t * op.B + b]) return nullptr;
  return (t > 0 ? states + ((t - 1) * op.B + b) * op.H : initial + b * op.H) + unit;
}

}  // namespace

void recurrent_forward(Runtime& rt, const Recurrent& op) {
  const Kernels* k = rt.k;
  const Packing p = packing_for(rt, op.H);
  const Shape s(op, k);
  const Index T = op.T, B = op.B, H = op.H, words = p.words(H);
  float* rows = rt.scratch[SLOT_A].floats(packed_rows_size(p, s.rows, op.I));
  float* columns = rt.scratch[SLOT_B].floats(packed_columns_size(p, s.GH, op.I));
  // One panel for each gate of each group, in the order they are used.
  float* panels = rt.scratch[SLOT_B2].floats(size_t(s.groups) * s.G * words * k->nr);
  const size_t state_size = packed_rows_size(p, B, H);
  float* states = rt.scratch[SLOT_STATE].floats(2 * state_size);
  float* bias = rt.scratch[SLOT_SMALL].floats(s.GH);
  for (Index i = 0; i < s.GH; i++) bias[i] = op.b_ih[i] + op.b_hh[i];
  std::memset(states, 0, 2 * state_size * sizeof(float));

  rt.pool.run([&](int id) {
    pack_rows(rt, id, p, {op.x, op.I, false}, s.rows, op.I, rows);
    pack_columns(rt, id, p, {op.w_ih, op.I, true}, s.GH, op.I, columns);
    const Share own(s.groups, id, rt.pool.size());
    for (Index group = own.begin; group < own.end; group++) {
      const Group u(op, k, group);
      for (Index g = 0; g < s.G; g++)
        pack_panel(p, {op.w_hh + g * H * H, H, true}, u.first, u.n, H,
                   panels + (group * s.G + g) * words * k->nr);
      put_packed(p, states, words, B, u.first, u.n, op.h0 + u.first, H, op.starts);
    }
    rt.pool.barrier();
    multiply_packed(rt, id, p, s.rows, s.GH, op.I, rows, columns, op.gates, s.GH, false, nullptr);
    rt.pool.barrier();
    for (Index t = 0; t < T; t++) {
      const float* now = states + (t & 1) * state_size;
      float* next = states + ((t + 1) & 1) * state_size;
      for (Index group = own.begin; group < own.end; group++) {
        const Group u(op, k, group);
        float* gates = op.gates + t * B * s.GH + u.first;
        float* cells = op.cells + t * B * H + u.first;
        for (Index g = 0; g < s.G; g++) {
          const float* panel = panels + (group * s.G + g) * words * k->nr;
          const bool inner = op.gru && g == 2;
          panel_product(p, B, words, now, panel, inner ? cells : gates + g * H, inner ? H : s.GH, u.n,
                        !inner);
        }
        for (Index b = 0; b < B; b++) {
          float* h = op.y + (t * B + b) * H + u.first;
          if (op.gru)
            k->gru_forward(u.n, H, gates + b * s.GH, op.b_ih + u.first, op.b_hh + u.first,
                           cells + b * H, previous(op, op.y, op.h0, t, b, u.first), h);
          else
            k->lstm_forward(u.n, H, gates + b * s.GH, bias + u.first,
                            previous(op, op.cells, op.c0, t, b, u.first), cells + b * H, h);
        }
        if (t + 1 < T)
          put_packed(p, next, words, B, u.first, u.n, op.y + t * B * H + u.first, H,
                     op.starts + (t + 1) * B);
      }
      rt.pool.barrier();
    }
  });
  std::memcpy(op.h_last, op.y + (T - 1) * B * H, B * H * sizeof(float));
  std::memcpy(op.c_last, op.gru ? op.c0 : op.cells + (T - 1) * B * H, B * H * sizeof(float));
}

void recurrent_backward(Runtime& rt, const RecurrentGradient& d) {
  const Recurrent& op = d.f;
  const Kernels* k = rt.k;
  const Packing p = packing_for(rt, op.H);
  const Shape s(op, k);
  const Index T = op.T, B = op.B, H = op.H, words = p.words(s.GH);
  float* panels = rt.scratch[SLOT_B2].floats(packed_columns_size(p, H, s.GH));
  const size_t state_size = packed_rows_size(p, B, s.GH);
  float* states = rt.scratch[SLOT_STATE].floats(2 * state_size);
  float* dgates = rt.scratch[SLOT_GATES].floats(s.rows * s.GH);
  float* dgates_h = op.gru ? rt.scratch[SLOT_GATES_H].floats(s.rows * s.GH) : dgates;
  float* h_previous = rt.scratch[SLOT_PREVIOUS].floats(s.rows * H);
  float* dh = rt.scratch[SLOT_D_STATE].floats(B * H);
  float* dc = rt.scratch[SLOT_D_CELL].floats(B * H);
  std::memset(states, 0, 2 * state_size * sizeof(float));
  std::memcpy(dh, d.dh_last, B * H * sizeof(float));
  if (op.gru)
    std::memset(dc, 0, B * H * sizeof(float));
  else
    std::memcpy(dc, d.dc_last, B * H * sizeof(float));

  rt.pool.run([&](int id) {
    const Share own(s.groups, id, rt.pool.size());
    pack_columns(rt, id, p, {op.w_hh, H, false}, H, s.GH, panels);
    const Share part(s.rows, id, rt.pool.size());
    for (Index r = part.begin; r < part.end; r++) {
      const float* from = previous(op, op.y, op.h0, r / B, r % B, 0);
      if (from)
        std::memcpy(h_previous + r * H, from, H * sizeof(float));
      else
        std::memset(h_previous + r * H, 0, H * sizeof(float));
    }
    rt.pool.barrier();
    for (Index t = T - 1; t >= 0; t--) {
      float* packed = states + (t & 1) * state_size;
      for (Index group = own.begin; group < own.end; group++) {
        const Group u(op, k, group);
        for (Index b = 0; b < B; b++) {
          const Index row = t * B + b, unit = b * H + u.first;
          const float* gates = op.gates + row * s.GH + u.first;
          float* out = dgates + row * s.GH + u.first;
          float* out_h = dgates_h + row * s.GH + u.first;
          const float* dy = d.dy + row * H + u.first;
          const bool cut = op.starts[row] != 0;
          if (op.gru) {
            k->gru_backward(u.n, H, gates, op.cells + row * H + u.first,
                            previous(op, op.y, op.h0, t, b, u.first), dy, dh + unit, out, out_h);
          } else {
            k->lstm_backward(u.n, H, gates, previous(op, op.cells, op.c0, t, b, u.first),
                             op.cells + row * H + u.first, dy, dh + unit, dc + unit, out);
            if (cut) std::memset(dc + unit, 0, u.n * sizeof(float));
          }
          if (op.gru && cut) std::memset(dh + unit, 0, u.n * sizeof(float));
        }
        for (Index g = 0; g < s.G; g++)
          put_packed(p, packed, words, B, g * H + u.first, u.n,
                     dgates_h + t * B * s.GH + g * H + u.first, s.GH, op.starts + t * B);
      }
      rt.pool.barrier();
      for (Index group = own.begin; group < own.end; group++) {
        const Group u(op, k, group);
        panel_product(p, B, words, packed, panels + group * k->nr * words, dh + u.first, H, u.n,
                      op.gru);
      }
    }
  });
  std::memcpy(d.dh0, dh, B * H * sizeof(float));
  if (op.gru)
    std::memcpy(d.dc0, d.dc_last, B * H * sizeof(float));
  else
    std::memcpy(d.dc0, dc, B * H * sizeof(float));

  gemm(rt, p, s.rows, op.I, s.GH, {dgates, s.GH, false}, {op.w_ih, op.I, false}, d.dx, op.I, false);
  // Both weight gradients share the packed gradient of the gates.
  float* rows = rt.scratch[SLOT_A].floats(packed_rows_size(p, s.GH, s.rows));
  float* columns = rt.scratch[SLOT_B].floats(packed_columns_size(p, op.I, s.rows));
  float* columns_h = rt.scratch[SLOT_B2].floats(packed_columns_size(p, H, s.rows));
  rt.pool.run([&](int id) {
    pack_rows(rt, id, p, {dgates, s.GH, true}, s.GH, s.rows, rows);
    pack_columns(rt, id, p, {op.x, op.I, false}, op.I, s.rows, columns);
    pack_columns(rt, id, p, {h_previous, H, false}, H, s.rows, columns_h);
    column_sums(rt, id, s.rows, s.GH, dgates, d.db_ih, false);
    if (op.gru) column_sums(rt, id, s.rows, s.GH, dgates_h, d.db_hh, false);
    rt.pool.barrier();
    multiply_packed(rt, id, p, s.GH, op.I, s.rows, rows, columns, d.dw_ih, op.I, false, nullptr);
    if (op.gru) {
      rt.pool.barrier();
      pack_rows(rt, id, p, {dgates_h, s.GH, true}, s.GH, s.rows, rows);
      rt.pool.barrier();
    }
    multiply_packed(rt, id, p, s.GH, H, s.rows, rows, columns_h, d.dw_hh, H, false, nullptr);
  });
  if (!op.gru) std::memcpy(d.db_hh, d.db_ih, s.GH * sizeof(float));
}
