// The operations of a training step. Shapes: T time, B batch, I input, H hidden, G gates (4 or 3),
// V vocabulary. All arrays are contiguous float32, row-major, with PyTorch's layout and gate order.
#pragma once
#include "runtime.h"

struct Recurrent {
  bool gru;
  Index T, B, I, H;
  const float *x, *h0, *c0;                  // [T,B,I] [B,H] [B,H] (c0 unused for GRU)
  const float *w_ih, *w_hh, *b_ih, *b_hh;    // [G*H,I] [G*H,H] [G*H] [G*H]
  const int32_t* starts;                     // [T,B]
  float *y, *h_last, *c_last, *gates, *cells;  // [T,B,H] [B,H] [B,H] [T,B,G*H] [T,B,H]
};

struct RecurrentGradient {
  Recurrent f;                               // inputs and outputs of the forward pass
  const float *dy, *dh_last, *dc_last;       // [T,B,H] [B,H] [B,H]
  float *dx, *dh0, *dc0, *dw_ih, *dw_hh, *db_ih, *db_hh;
};

void recurrent_forward(Runtime& rt, const Recurrent& op);
void recurrent_backward(Runtime& rt, const RecurrentGradient& op);

struct SoftmaxLoss {
  Index N, H, V;
  const float *h, *w, *b;                    // [N,H] [V,H] [V]
  const int32_t* targets;                    // [N]
  float inverse_temperature;
  float *dh, *dw, *db;                       // null when gradients are not wanted
};
// Mean of -ln p(target), in nats.
double softmax_loss(Runtime& rt, const SoftmaxLoss& op);

struct AdamParameter {
  float *p, *m, *v;
  const float* g;
  Index count;
  float decay;
};
struct AdamW {
  AdamParameter* parameters;
  int count;
  double rate, beta1, beta2, epsilon, clip;
  Index step;
};
// Global norm of the gradient before the clip; nothing is changed when it is not finite.
double adamw(Runtime& rt, const AdamW& op);

void embedding(Runtime& rt, Index count, Index V, Index E, const float* table, const int32_t* ids,
               float* y);
void embedding_gradient(Runtime& rt, Index count, Index V, Index E, const float* dy, const int32_t* ids,
                        float* dtable);
void dropout(Runtime& rt, Index n, Index period, const float* x, float* y, uint32_t seed,
             uint32_t threshold, float scale);
// dw [O,I], dx [N,I], db [O] of y = x w' + b.
void linear_gradient(Runtime& rt, Index N, Index I, Index O, const float* dy, const float* x,
                     const float* w, float* dx, float* dw, float* db);
