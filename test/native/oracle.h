// What the kernels compute, as scalar loops in double that nobody needs to optimise.
#pragma once
#include "check.h"
#include "operations.h"
#include "stepper.h"

// a [m,depth] b [depth,n] + bias; either may be given transposed, bias may be null.
Numbers product(long m, long n, long depth, const float* a, bool a_transposed, const float* b,
                bool b_transposed, const float* bias);

struct RecurrentNumbers {
  Numbers y, h_last, c_last, gates, cells;
  Numbers dx, dh0, dc0, dw_ih, dw_hh, db_ih, db_hh;
};
// Forward and backward from the inputs of `d` alone.
RecurrentNumbers recurrent(const RecurrentGradient& d);

struct LossNumbers {
  double loss;
  Numbers dh, dw, db;
};
LossNumbers loss_of(const SoftmaxLoss& op);

// One stream of a network, a token at a time. Int8 weights are rounded here as the stepper does it: one
// scale a row and part, except an input projection that is kept as a table of tokens.
class PlainNetwork {
 public:
  struct State {
    std::vector<Numbers> h, c;
  };
  explicit PlainNetwork(const StepperNetwork& network);
  State start() const;
  // Logits after this token; token 0 starts a document.
  Numbers step(State& state, int32_t id) const;

 private:
  struct Layer {
    long I, H;
    Numbers w_ih, w_hh, b_ih, b_hh;
  };
  bool gru_;
  long V, E, P;
  Numbers embed_, project_w_, project_b_, out_w_, out_b_;
  std::vector<Layer> layers_;
};
