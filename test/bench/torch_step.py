"""Times a two-layer nn.LSTM, on the GPU where PyTorch has one: steps of training, or tokens of sampling."""
import argparse
import json
import time
from statistics import median_low

import torch
from torch import nn
from torch.nn import functional as F

# As in throughput.ts.
T, V = 64, 80
WARM_UP = 3
SAMPLED = 30

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("what", choices=["train", "sample"])
parser.add_argument("sizes", nargs="+", help="HxB: units of a layer, and columns or streams")
parser.add_argument("--runs", type=int, default=10)
parser.add_argument("--threads", type=int, default=2, help="of the processor")
parser.add_argument("--tf32", action="store_true", help="let products of float32 be of TF32")
a = parser.parse_args()

torch.set_num_threads(a.threads)
# PyTorch's own defaults differ: off for products, on in cuDNN, whose LSTM is timed here.
torch.backends.cuda.matmul.allow_tf32 = a.tf32
torch.backends.cudnn.allow_tf32 = a.tf32
device = "cuda" if torch.cuda.is_available() else "cpu"


def network(hidden):
    torch.manual_seed(1)
    parts = nn.Embedding(V, hidden // 2), nn.LSTM(hidden // 2, hidden, 2), nn.Linear(hidden, V)
    return nn.ModuleList(parts).to(device)


def now():
    """The time once all that was begun is done."""
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def seconds(run):
    """The median of the runs."""
    times = []
    for k in range(-WARM_UP, a.runs):
        begun = now()
        run()
        if k >= 0:
            times.append(now() - begun)
    return median_low(times)


def train(hidden, batch):
    """Tokens a second: forward, backward, clip, AdamW. No masks."""
    model = network(hidden)
    embed, rnn, out = model
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    ids, targets = (torch.randint(1, V, (T, batch), device=device) for _ in range(2))
    state = None

    def step():
        nonlocal state
        y, state = rnn(embed(ids), state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(out(y).view(-1, V), targets.view(-1))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        loss.item()

    return T * batch / seconds(step)


def sample(hidden, streams):
    """Tokens a second of all streams. They stay on the device, which is the least that it can take."""
    embed, rnn, out = network(hidden)
    ids = torch.zeros(1, streams, dtype=torch.long, device=device)
    state = None

    def run():
        nonlocal ids, state
        for _ in range(SAMPLED):
            y, state = rnn(embed(ids), state)
            chances = F.softmax(out(y[0]) / 0.7, -1)
            ids = torch.multinomial(chances, 1).view(1, streams)

    with torch.inference_mode():
        return SAMPLED * streams / seconds(run)


name = torch.cuda.get_device_name() if device == "cuda" else f"CPU, {a.threads} threads"
measure = {"train": train, "sample": sample}[a.what]
speeds = [measure(*map(int, size.split("x"))) for size in a.sizes]
products = f"TF32 {'allowed' if a.tf32 else 'off'}"
print(json.dumps({"description": f"{name}, PyTorch {torch.__version__}, {products}", "speeds": speeds}))
