// The addon's face to JavaScript: one function for each operation, plus the stepper.
#include <memory>

#include "arguments.h"
#include "gemm.h"
#include "operations.h"
#include "stepper.h"

namespace {

// One for each JavaScript environment.
struct Instance {
  std::shared_ptr<Runtime> rt;
};

Runtime& runtime(napi_env env) {
  Instance* instance = nullptr;
  napi_get_instance_data(env, reinterpret_cast<void**>(&instance));
  if (!instance->rt) throw std::logic_error("configure() comes first");
  return *instance->rt;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

// configure(isa | "", threads, half) -> { isa, threads, half } or null when the name is unknown here; half
// is whether training will multiply in bfloat16: asked for, and there.
napi_value configure(napi_env env, Arguments& a) {
  const std::string isa = a.text();
  const Index threads = a.size();
  const bool half = a.flag();
  napi_value result;
  const Kernels* kernels = choose_kernels(isa.c_str());
  if (!kernels) {
    napi_get_null(env, &result);
    return result;
  }
  Instance* instance = nullptr;
  napi_get_instance_data(env, reinterpret_cast<void**>(&instance));
  instance->rt = std::make_shared<Runtime>(kernels, int(threads < 256 ? threads : 256));
  instance->rt->half = half && kernels->tile_bf16;
  napi_value name, halved;
  napi_create_object(env, &result);
  napi_create_string_utf8(env, kernels->name, NAPI_AUTO_LENGTH, &name);
  napi_set_named_property(env, result, "isa", name);
  napi_get_boolean(env, instance->rt->half, &halved);
  napi_set_named_property(env, result, "half", halved);
  napi_set_named_property(env, result, "threads", number(env, instance->rt->pool.size()));
  return result;
}

// useThreads(n) -> how many work from now on: n, or as many as there are.
napi_value use_threads(napi_env env, Arguments& a) {
  Pool& pool = runtime(env).pool;
  const Index threads = a.size();
  pool.use(int(threads < 256 ? threads : 256));
  return number(env, pool.size());
}

// scratchBytes() -> bytes kept between calls.
napi_value scratch_bytes(napi_env env, Arguments&) {
  size_t total = 0;
  for (const Scratch& scratch : runtime(env).scratch) total += scratch.size();
  return number(env, double(total));
}

// matMul(m, n, depth, a, aTransposed, b, bTransposed, bias | null, c)
napi_value mat_mul(napi_env env, Arguments& a) {
  const Index m = a.size(), n = a.size(), depth = a.size();
  const float* left = a.floats(size_t(m) * depth);
  const bool left_transposed = a.flag();
  const float* right = a.floats(size_t(depth) * n);
  const bool right_transposed = a.flag();
  const float* bias = a.floats_or_null(n);
  float* c = a.floats(size_t(m) * n);
  gemm(runtime(env), trained(runtime(env)), m, n, depth, {left, left_transposed ? m : depth, left_transposed},
       {right, right_transposed ? depth : n, right_transposed}, c, n, false, bias);
  return nullptr;
}

Recurrent recurrent_arguments(Arguments& a) {
  Recurrent op;
  op.gru = a.flag();
  op.T = a.size();
  op.B = a.size();
  op.I = a.size();
  op.H = a.size();
  const size_t GH = size_t(op.gru ? 3 : 4) * op.H, rows = size_t(op.T) * op.B;
  const size_t BH = size_t(op.B) * op.H;
  op.x = a.floats(rows * op.I);
  op.h0 = a.floats(BH);
  op.c0 = a.floats(BH);
  op.w_ih = a.floats(GH * op.I);
  op.w_hh = a.floats(GH * op.H);
  op.b_ih = a.floats(GH);
  op.b_hh = a.floats(GH);
  op.starts = a.integers(rows, 0);
  op.y = a.floats(rows * op.H);
  op.h_last = a.floats(BH);
  op.c_last = a.floats(BH);
  op.gates = a.floats(rows * GH);
  op.cells = a.floats(rows * op.H);
  return op;
}

napi_value recurrent(napi_env env, Arguments& a) {
  recurrent_forward(runtime(env), recurrent_arguments(a));
  return nullptr;
}

napi_value recurrent_gradient(napi_env env, Arguments& a) {
  RecurrentGradient d;
  d.f = recurrent_arguments(a);
  const size_t GH = size_t(d.f.gru ? 3 : 4) * d.f.H, rows = size_t(d.f.T) * d.f.B;
  const size_t BH = size_t(d.f.B) * d.f.H;
  d.dy = a.floats(rows * d.f.H);
  d.dh_last = a.floats(BH);
  d.dc_last = a.floats(BH);
  d.dx = a.floats(rows * d.f.I);
  d.dh0 = a.floats(BH);
  d.dc0 = a.floats(BH);
  d.dw_ih = a.floats(GH * d.f.I);
  d.dw_hh = a.floats(GH * d.f.H);
  d.db_ih = a.floats(GH);
  d.db_hh = a.floats(GH);
  recurrent_backward(runtime(env), d);
  return nullptr;
}

// softmaxLoss(N, H, V, h, w, b, targets, temperature, dh | null, dw | null, db | null) -> nats
napi_value softmax(napi_env env, Arguments& a) {
  SoftmaxLoss op;
  op.N = a.size();
  op.H = a.size();
  op.V = a.size();
  op.h = a.floats(size_t(op.N) * op.H);
  op.w = a.floats(size_t(op.V) * op.H);
  op.b = a.floats(op.V);
  op.targets = a.integers(op.N, op.V);
  op.inverse_temperature = float(1 / a.number());
  op.dh = a.floats_or_null(size_t(op.N) * op.H);
  op.dw = a.floats_or_null(size_t(op.V) * op.H);
  op.db = a.floats_or_null(op.V);
  return number(env, softmax_loss(runtime(env), op));
}

// adamw(params[], grads[], ms[], vs[], decays[], rate, beta1, beta2, epsilon, step, clip) -> norm
napi_value adam(napi_env env, Arguments& a) {
  std::vector<napi_value> lists[4];
  for (auto& list : lists) list = a.list();
  std::vector<napi_value> decays = a.list();
  std::vector<AdamParameter> parameters(lists[0].size());
  for (size_t i = 0; i < parameters.size(); i++) {
    float* data[4];
    size_t counts[4];
    for (int j = 0; j < 4; j++) {
      if (lists[j].size() != parameters.size())
        throw std::out_of_range("the lists of adamw must be equally long");
      data[j] = a.floats_of(lists[j][i], &counts[j]);
      if (counts[j] != counts[0]) throw std::out_of_range("arrays of adamw must match in length");
    }
    double decay = 0;
    if (i >= decays.size() || napi_get_value_double(env, decays[i], &decay) != napi_ok)
      throw std::invalid_argument("decays of adamw must be numbers, one for each parameter");
    parameters[i] = {data[0], data[2], data[3], data[1], Index(counts[0]), float(decay)};
  }
  AdamW op;
  op.parameters = parameters.data();
  op.count = int(parameters.size());
  op.rate = a.number();
  op.beta1 = a.number();
  op.beta2 = a.number();
  op.epsilon = a.number();
  op.step = a.size();
  op.clip = a.number();
  return number(env, adamw(runtime(env), op));
}

// embedding(count, V, E, table, ids, y)
napi_value embed(napi_env env, Arguments& a) {
  const Index count = a.size(), V = a.size(), E = a.size();
  const float* table = a.floats(size_t(V) * E);
  const int32_t* ids = a.integers(count, V);
  embedding(runtime(env), count, V, E, table, ids, a.floats(size_t(count) * E));
  return nullptr;
}

// embeddingGradient(count, V, E, dy, ids, dtable)
napi_value embed_gradient(napi_env env, Arguments& a) {
  const Index count = a.size(), V = a.size(), E = a.size();
  const float* dy = a.floats(size_t(count) * E);
  const int32_t* ids = a.integers(count, V);
  embedding_gradient(runtime(env), count, V, E, dy, ids, a.floats(size_t(V) * E));
  return nullptr;
}

// dropout(n, period, x, y, seed, threshold, scale)
napi_value drop(napi_env env, Arguments& a) {
  const Index n = a.size(), period = a.size();
  const float* x = a.floats(n);
  float* y = a.floats(n);
  const uint32_t seed = uint32_t(int64_t(a.number())), threshold = uint32_t(int64_t(a.number()));
  dropout(runtime(env), n, period, x, y, seed, threshold, float(a.number()));
  return nullptr;
}

// linearGradient(N, I, O, dy, x, w, dx, dw, db)
napi_value linear(napi_env env, Arguments& a) {
  const Index N = a.size(), I = a.size(), O = a.size();
  const float *dy = a.floats(size_t(N) * O), *x = a.floats(size_t(N) * I);
  const float* w = a.floats(size_t(O) * I);
  float *dx = a.floats(size_t(N) * I), *dw = a.floats(size_t(O) * I);
  linear_gradient(runtime(env), N, I, O, dy, x, w, dx, dw, a.floats(O));
  return nullptr;
}

// createStepper(streams, gru, quantised, V, E, P, hidden[], weights[]) -> handle; weights in file
// order: embed, (w_ih, w_hh, b_ih, b_hh) of each layer, project w and b, out w and b; null where absent.
napi_value create_stepper(napi_env env, Arguments& a) {
  const Index streams = a.size();
  StepperNetwork network;
  network.gru = a.flag();
  network.quantised = a.flag();
  network.V = a.size();
  network.E = a.size();
  network.P = a.size(0);
  const std::vector<napi_value> hidden = a.list(), weights = a.list();
  if (hidden.empty() || weights.size() != 5 + 4 * hidden.size())
    throw std::invalid_argument("a stepper needs layers and their weights");
  size_t next = 0;
  auto take = [&](size_t expected) {
    size_t count;
    const float* data = a.floats_of(weights[next++], &count);
    if (count != expected)
      throw std::out_of_range("weight " + std::to_string(next) + " has length " +
                              std::to_string(count) + ", expected " + std::to_string(expected));
    return data;
  };
  network.embed = take(size_t(network.V) * network.E);
  const size_t G = network.gru ? 3 : 4;
  size_t input = network.E;
  for (napi_value value : hidden) {
    double size = 0;
    napi_get_value_double(env, value, &size);
    if (!(size >= 1 && size <= 65536)) throw std::out_of_range("hidden sizes are 1 to 65536");
    const size_t H = size_t(size);
    StepperLayer layer;
    layer.hidden = Index(H);
    layer.w_ih = take(G * H * input);
    layer.w_hh = take(G * H * H);
    layer.b_ih = take(G * H);
    layer.b_hh = take(G * H);
    network.layers.push_back(layer);
    input = H;
  }
  network.project_w = network.project_b = nullptr;
  if (network.P > 0) {
    network.project_w = take(network.P * input);
    network.project_b = take(network.P);
    input = network.P;
  } else {
    next += 2;
  }
  network.out_w = take(network.V * input);
  network.out_b = take(network.V);

  Instance* instance = nullptr;
  napi_get_instance_data(env, reinterpret_cast<void**>(&instance));
  if (!instance->rt) throw std::logic_error("configure() comes first");
  std::unique_ptr<Stepper> stepper(new Stepper(instance->rt, network, int(streams)));
  napi_value handle;
  if (napi_create_external(
          env, stepper.get(), [](napi_env, void* data, void*) { delete static_cast<Stepper*>(data); },
          nullptr, &handle) != napi_ok)
    throw std::bad_alloc();
  stepper.release();
  return handle;
}

Stepper& stepper(napi_env env, Arguments& a) {
  void* data = nullptr;
  if (napi_get_value_external(env, a.raw(), &data) != napi_ok || !data)
    throw std::invalid_argument("argument 1 must be a stepper");
  return *static_cast<Stepper*>(data);
}

int stream_of(Arguments& a, const Stepper& s) {
  const Index stream = a.size(0);
  if (stream >= s.streams())
    throw std::out_of_range("stream " + std::to_string(stream) + " is outside 0 to " +
                            std::to_string(s.streams() - 1));
  return int(stream);
}

// step(handle, ids, logits)
napi_value step(napi_env env, Arguments& a) {
  Stepper& s = stepper(env, a);
  const int32_t* ids = a.integers(s.streams(), s.vocabulary());
  s.step(ids, a.floats(size_t(s.streams()) * s.vocabulary()));
  return nullptr;
}

// read(handle, stream, n, ids, logits)
napi_value read(napi_env env, Arguments& a) {
  Stepper& s = stepper(env, a);
  const int stream = stream_of(a, s);
  const Index n = a.size();
  const int32_t* ids = a.integers(n, s.vocabulary());
  s.read(stream, ids, n, a.floats(s.vocabulary()));
  return nullptr;
}

// score(handle, stream, n, ids, targets, temperature) -> sum of nats
napi_value score(napi_env env, Arguments& a) {
  Stepper& s = stepper(env, a);
  const int stream = stream_of(a, s);
  const Index n = a.size();
  const int32_t* ids = a.integers(n, s.vocabulary());
  const int32_t* targets = a.integers(n, s.vocabulary());
  return number(env, s.score(stream, ids, targets, n, float(1 / a.number())));
}

// saveState(handle, stream, to) and restoreState(handle, stream, from)
napi_value save_state(napi_env env, Arguments& a) {
  Stepper& s = stepper(env, a);
  const int stream = stream_of(a, s);
  s.save(stream, a.floats(s.state_size()));
  return nullptr;
}
napi_value restore_state(napi_env env, Arguments& a) {
  Stepper& s = stepper(env, a);
  const int stream = stream_of(a, s);
  s.restore(stream, a.floats(s.state_size()));
  return nullptr;
}

// Turns C++ errors into JavaScript's.
template <napi_value (*Function)(napi_env, Arguments&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    Arguments arguments(env, info);
    return Function(env, arguments);
  } catch (const std::out_of_range& error) {
    napi_throw_range_error(env, nullptr, error.what());
  } catch (const std::invalid_argument& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "ERR_OUT_OF_MEMORY", "not enough memory for the native kernels");
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

template <napi_value (*Function)(napi_env, Arguments&)>
void offer(napi_env env, napi_value exports, const char* name) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Function>, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_set_instance_data(
      env, new Instance(), [](napi_env, void* data, void*) { delete static_cast<Instance*>(data); },
      nullptr);
  offer<configure>(env, exports, "configure");
  offer<use_threads>(env, exports, "useThreads");
  offer<scratch_bytes>(env, exports, "scratchBytes");
  offer<mat_mul>(env, exports, "matMul");
  offer<recurrent>(env, exports, "recurrent");
  offer<recurrent_gradient>(env, exports, "recurrentGradient");
  offer<softmax>(env, exports, "softmaxLoss");
  offer<adam>(env, exports, "adamw");
  offer<embed>(env, exports, "embedding");
  offer<embed_gradient>(env, exports, "embeddingGradient");
  offer<drop>(env, exports, "dropout");
  offer<linear>(env, exports, "linearGradient");
  offer<create_stepper>(env, exports, "createStepper");
  offer<step>(env, exports, "step");
  offer<read>(env, exports, "read");
  offer<score>(env, exports, "score");
  offer<save_state>(env, exports, "saveState");
  offer<restore_state>(env, exports, "restoreState");
  return exports;
}
