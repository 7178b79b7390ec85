// The stepper against the same network in plain loops: streams side by side, reading, scoring, states.
#include <cmath>

#include "oracle.h"

namespace {

struct Plan {
  long V, E, P;
  std::vector<long> hidden;
};

// A network's weights, each array as long as it must be.
struct Weights {
  std::vector<Floats> arrays;
  StepperNetwork network;

  Weights(const Plan& plan, bool gru, bool quantised) {
    Random random(uint64_t(plan.V * 11 + plan.E + plan.P));
    const auto make = [&](long rows, long columns) -> const float* {
      arrays.push_back(random.floats(size_t(rows * columns), 1.5f / std::sqrt(float(columns))));
      return arrays.back().data();
    };
    network.gru = gru;
    network.quantised = quantised;
    network.V = plan.V;
    network.E = plan.E;
    network.P = plan.P;
    network.embed = make(plan.V, plan.E);
    long input = plan.E;
    for (long H : plan.hidden) {
      const long GH = (gru ? 3 : 4) * H;
      network.layers.push_back({make(GH, input), make(GH, H), make(GH, 1), make(GH, 1), H});
      input = H;
    }
    network.project_w = network.project_b = nullptr;
    if (plan.P > 0) {
      network.project_w = make(plan.P, input);
      network.project_b = make(plan.P, 1);
      input = plan.P;
    }
    network.out_w = make(plan.V, input);
    network.out_b = make(plan.V, 1);
  }
};

double nats(const Numbers& logits, int32_t target, double temperature) {
  double total = 0;
  for (double logit : logits) total += std::exp((logit - logits[0]) / temperature);
  return std::log(total) - (logits[size_t(target)] - logits[0]) / temperature;
}

void check_state(Check& check, const Stepper& stepper, int stream, const PlainNetwork::State& state,
                 bool gru) {
  Numbers expected;
  for (size_t l = 0; l < state.h.size(); l++) {
    expected.insert(expected.end(), state.h[l].begin(), state.h[l].end());
    if (!gru) expected.insert(expected.end(), state.c[l].begin(), state.c[l].end());
  }
  Floats saved{size_t(stepper.state_size())};
  check.claim("the state has the size it says", saved.size() == expected.size());
  stepper.save(stream, saved);
  check.close("state", saved, expected);
}

void check_network(Check& check, const Plan& plan, bool gru, bool quantised, int streams, long length) {
  const Weights weights(plan, gru, quantised);
  const PlainNetwork plain(weights.network);
  const int V = int(plan.V);
  for (int threads : {1, 3}) {
    check.begin("stepper %s %s V%ld E%ld P%ld H%ld layers%d streams%d threads%d tokens%ld",
                gru ? "gru" : "lstm", quantised ? "int8" : "float32", plan.V, plan.E, plan.P,
                plan.hidden[0], int(plan.hidden.size()), streams, threads, length);
    Random random(uint64_t(streams + length));
    const auto rt = std::make_shared<Runtime>(check.k, threads);
    Stepper stepper(rt, weights.network, streams);
    std::vector<PlainNetwork::State> states(size_t(streams), plain.start());

    const auto step_all = [&](const char* what) {
      const Ids ids = random.ids(size_t(streams), V);
      Numbers expected;
      for (int s = 0; s < streams; s++) {
        const Numbers logits = plain.step(states[size_t(s)], ids[size_t(s)]);
        expected.insert(expected.end(), logits.begin(), logits.end());
      }
      Floats logits(expected.size());
      stepper.step(ids, logits);
      check.close(what, logits, expected);
    };
    for (int i = 0; i < 3; i++) step_all("logits of a step");

    const int stream = streams - 1;
    const Ids ids = random.ids(size_t(length), V), targets = random.ids(size_t(length), V);
    Numbers last;
    for (size_t i = 0; i < size_t(length); i++) last = plain.step(states[size_t(stream)], ids[i]);
    Floats logits{size_t(V)};
    stepper.read(stream, ids, length, logits);
    check.close("logits after reading", logits, last);
    check_state(check, stepper, stream, states[size_t(stream)], gru);
    step_all("logits of a step after reading");

    double expected = 0;
    for (size_t i = 0; i < size_t(length); i++)
      expected += nats(plain.step(states[0], ids[i]), targets[i], 1.25);
    check.close("score", stepper.score(0, ids, targets, length, 0.8f), expected);
    step_all("logits of a step after scoring");

    // One stream's state moves to another, and both go on.
    Floats saved{size_t(stepper.state_size())};
    stepper.save(0, saved);
    stepper.restore(stream, saved);
    states[size_t(stream)] = states[0];
    step_all("logits of a step after restoring");
    for (int s = 0; s < streams; s++) check_state(check, stepper, s, states[size_t(s)], gru);
  }
}

}  // namespace

void check_stepper(Check& check) {
  std::vector<Plan> plans = {{2, 1, 0, {1}}, {513, 5, 7, {33}}, {7, 3, 0, {3, 17}}};
  if (!check.quick) {
    plans.push_back({33, 17, 34, {65, 2, 31}});
    plans.push_back({600, 33, 0, {16, 40}});
    plans.push_back({512, 8, 1, {130}});
  }
  for (const Plan& plan : plans)
    for (bool gru : {false, true})
      for (bool quantised : {false, true}) {
        check_network(check, plan, gru, quantised, 1, 1);
        check_network(check, plan, gru, quantised, 3, 13);
        if (check.quick) continue;
        check_network(check, plan, gru, quantised, 2, 256);
        check_network(check, plan, gru, quantised, 19, 260);
      }
}
