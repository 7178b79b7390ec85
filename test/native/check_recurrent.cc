// LSTM and GRU over a window, forward and backward, with documents that start anywhere.
#include <cmath>

#include "oracle.h"

namespace {

struct Sizes {
  long T, B, I, H;
};

void check_window(Check& check, bool gru, Sizes s) {
  check.begin("recurrent %s T%ld B%ld I%ld H%ld", gru ? "gru" : "lstm", s.T, s.B, s.I, s.H);
  const size_t rows = size_t(s.T * s.B), I = size_t(s.I), H = size_t(s.H);
  const size_t BH = size_t(s.B) * H, GH = (gru ? 3 : 4) * H;
  Random random(uint64_t(s.T * 7919 + s.B * 131 + s.I * 17 + s.H));
  const float limit = 1.5f / std::sqrt(float(s.H));
  const Floats x = random.floats(rows * I, 1), h0 = random.floats(BH, 1), c0 = random.floats(BH, 1);
  const Floats w_ih = random.floats(GH * I, 1.5f / std::sqrt(float(s.I)));
  const Floats w_hh = random.floats(GH * H, limit);
  const Floats b_ih = random.floats(GH, 0.5f), b_hh = random.floats(GH, 0.5f);
  const Floats dy = random.floats(rows * H, 1);
  const Floats dh_last = random.floats(BH, 1), dc_last = random.floats(BH, 1);
  Ids starts(rows);
  for (size_t i = 0; i < rows; i++) starts[i] = random.below(5) == 0;

  RecurrentGradient d;
  d.f.gru = gru;
  d.f.T = s.T;
  d.f.B = s.B;
  d.f.I = s.I;
  d.f.H = s.H;
  d.f.x = x;
  d.f.h0 = h0;
  d.f.c0 = c0;
  d.f.w_ih = w_ih;
  d.f.w_hh = w_hh;
  d.f.b_ih = b_ih;
  d.f.b_hh = b_hh;
  d.f.starts = starts;
  d.dy = dy;
  d.dh_last = dh_last;
  d.dc_last = dc_last;
  const RecurrentNumbers expected = recurrent(d);

  check.with_runtimes([&](Runtime& rt) {
    Floats y(rows * H), h_last(BH), c_last(BH), gates(rows * GH), cells(rows * H);
    d.f.y = y;
    d.f.h_last = h_last;
    d.f.c_last = c_last;
    d.f.gates = gates;
    d.f.cells = cells;
    recurrent_forward(rt, d.f);
    check.close("y", y, expected.y);
    check.close("h_last", h_last, expected.h_last);
    check.close("c_last", c_last, expected.c_last);
    check.close("gates", gates, expected.gates);
    check.close("cells", cells, expected.cells);

    Floats dx(rows * I), dh0(BH), dc0(BH), dw_ih(GH * I), dw_hh(GH * H), db_ih(GH), db_hh(GH);
    d.dx = dx;
    d.dh0 = dh0;
    d.dc0 = dc0;
    d.dw_ih = dw_ih;
    d.dw_hh = dw_hh;
    d.db_ih = db_ih;
    d.db_hh = db_hh;
    recurrent_backward(rt, d);
    check.close("dx", dx, expected.dx);
    check.close("dh0", dh0, expected.dh0);
    check.close("dc0", dc0, expected.dc0);
    check.close("dw_ih", dw_ih, expected.dw_ih);
    check.close("dw_hh", dw_hh, expected.dw_hh);
    check.close("db_ih", db_ih, expected.db_ih);
    check.close("db_hh", db_hh, expected.db_hh);
  });
}

}  // namespace

void check_recurrent(Check& check) {
  std::vector<Sizes> all = {{1, 1, 1, 1}, {1, 1, 3, 17}, {2, 3, 1, 3}, {3, 9, 7, 33}, {4, 2, 5, 65}};
  if (!check.quick)
    for (Sizes s : std::vector<Sizes>{{1, 1, 1, 2},
                                      {5, 1, 2, 7},
                                      {7, 8, 16, 16},
                                      {3, 17, 33, 31},
                                      {2, 6, 4, 32},
                                      {2, 7, 19, 64},
                                      {2, 9, 3, 259},
                                      {33, 1, 5, 9},
                                      {1, 33, 8, 15},
                                      {40, 12, 3, 5},
                                      {3, 5, 130, 48}})
      all.push_back(s);
  for (Sizes s : all)
    for (bool gru : {false, true}) check_window(check, gru, s);
}
