"""Times training steps of a two-layer nn.LSTM, on the GPU where PyTorch has one: T V RUNS HxB..."""
import json
import sys
import time

import torch

T, V, runs = (int(value) for value in sys.argv[1:4])
device = "cuda" if torch.cuda.is_available() else "cpu"


def tokens_per_second(hidden: int, batch: int) -> float:
    torch.manual_seed(1)
    embed = torch.nn.Embedding(V, hidden // 2)
    rnn = torch.nn.LSTM(hidden // 2, hidden, 2)
    out = torch.nn.Linear(hidden, V)
    model = torch.nn.ModuleList([embed, rnn, out]).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    ids, targets = (torch.randint(1, V, (T, batch), device=device) for _ in range(2))
    state = None
    times = []
    for k in range(-3, runs):
        begun = time.perf_counter()
        y, state = rnn(embed(ids), state)
        state = tuple(part.detach() for part in state)
        loss = torch.nn.functional.cross_entropy(out(y).view(-1, V), targets.view(-1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        loss.item()
        if k >= 0:
            times.append(time.perf_counter() - begun)
    return T * batch / sorted(times)[len(times) // 2]


name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
speeds = [tokens_per_second(*map(int, shape.split("x"))) for shape in sys.argv[4:]]
print(json.dumps({"description": f"{name}, PyTorch {torch.__version__}", "speeds": speeds}))
