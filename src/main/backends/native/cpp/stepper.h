// The network one token at a time, for n streams at once, without tensors: what sampling needs.
// Weights are packed once, in panels of nr columns; a step is a few products of packed panels with
// the streams' vectors, at the speed of the memory that holds the weights.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime.h"

// Panels of a weight matrix [N, K] whose depth falls in parts, each with its own int8 scales.
class Panels {
 public:
  // `parts` are matrices [rows, depth] beside each other (input and recurrent weights), or one.
  struct Part {
    const float* w;  // [*, depth], row-major
    Index depth;
  };
  // Packs rows first..first+n of every part as the next panel.
  void add(const Kernels* k, const std::vector<Part>& parts, Index first, int n, bool quantised);
  // c[m,n] (+)= a times part `part` of panel `panel`.
  void multiply(const Kernels* k, size_t panel, size_t part, const float* a, Index stride, float* c,
                Index ldc, int m, int n, bool accumulate) const;

 private:
  struct Piece {
    size_t at;     // in floats_ or bytes_
    size_t scale;  // in scales_
    Index depth;
  };
  size_t parts_ = 0;
  bool quantised_ = false;
  std::vector<Piece> pieces_;
  std::vector<float> floats_, scales_;
  std::vector<int8_t> bytes_;
};

struct StepperLayer {
  const float *w_ih, *w_hh, *b_ih, *b_hh;
  Index hidden;
};

struct StepperNetwork {
  bool gru, quantised;
  Index V, E, P;
  const float *embed, *project_w, *project_b, *out_w, *out_b;
  std::vector<StepperLayer> layers;
};

class Stepper {
 public:
  Stepper(std::shared_ptr<Runtime> rt, const StepperNetwork& network, int streams);

  int streams() const { return S; }
  Index vocabulary() const { return V; }
  // Floats of one stream's state: h then c, layer by layer (GRU keeps only h).
  Index state_size() const { return state_; }

  void step(const int32_t* ids, float* logits);                      // [S] -> [S,V]
  void read(int stream, const int32_t* ids, Index n, float* logits);  // [n] -> [V]
  double score(int stream, const int32_t* ids, const int32_t* targets, Index n,
               float inverse_temperature);
  void save(int stream, float* to) const;
  void restore(int stream, const float* from);

 private:
  struct Layer {
    Index I, H, groups;
    Panels panels;                   // a panel for each gate of each group: parts x and h
    std::vector<float> b_ih, b_hh, bias;
    std::vector<float> table;        // input projection of every token with small V, first layer
    std::vector<float> h, c;         // [S,H]
    std::vector<float> columns[2];   // h again as [H,S], now and next
    std::vector<float> u;            // [S,H]: GRU's inner product
  };
  void run(int stream, const int32_t* ids, Index n);  // leaves the top outputs in window_
  void output(const float* a, Index stride, Index first, int m, float* c, Index ldc, int id);
  void set_columns(Layer& layer, int stream);

  std::shared_ptr<Runtime> rt_;
  bool gru_;
  int S;
  Index V, E, P, G, state_ = 0;
  int now_ = 0;
  std::vector<float> embed_, project_b_, out_b_;
  Panels project_, out_;
  std::vector<Layer> layers_;
  std::vector<float> x_, gates_, projected_, projected_columns_;
  std::vector<float> window_, window_gates_, window_next_, packed_, initial_, window_u_;
};
