"""Golden values from PyTorch for the kernels: one small network a case, its loss, all gradients,
the state after the window and the parameters after one AdamW step. Writes golden.json beside itself.

    python3 -m pip install torch numpy && python3 test/golden/make.py
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

CASES = {
    "lstm": dict(cell="lstm", V=11, E=5, layers=[7, 9], P=0, tied=False, T=6, B=3),
    "gru": dict(cell="gru", V=11, E=5, layers=[7, 9], P=0, tied=False, T=6, B=3),
    "lstm tied with projection": dict(cell="lstm", V=13, E=6, layers=[10], P=6, tied=True, T=5, B=1),
    "gru with projection": dict(cell="gru", V=9, E=4, layers=[33, 17], P=5, tied=False, T=1, B=2),
}
ADAM = dict(rate=0.01, beta1=0.9, beta2=0.99, epsilon=1e-8, weightDecay=0.05, clip=0.5)


def listed(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def case(cell, V, E, layers, P, tied, T, B):
    rnn = nn.LSTM if cell == "lstm" else nn.GRU
    embed = nn.Embedding(V, E)
    stack, size = [], E
    for hidden in layers:
        stack.append(rnn(size, hidden))
        size = hidden
    project = nn.Linear(size, P) if P else None
    out = nn.Linear(P or size, V)
    if tied:
        out.weight = embed.weight
    named = {"embed.weight": embed.weight}
    for l, layer in enumerate(stack):
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            named[f"rnn.{kind}_l{l}"] = getattr(layer, f"{kind}_l0")
    if project is not None:
        named.update({"project.weight": project.weight, "project.bias": project.bias})
    if not tied:
        named["out.weight"] = out.weight
    named["out.bias"] = out.bias

    ids = torch.randint(1, V, (T, B))
    targets = torch.randint(0, V, (T, B))
    # A document starts in the middle of the first column, and the last column starts at once.
    starts = torch.zeros(T, B, dtype=torch.long)
    starts[T // 2, 0] = 1
    starts[0, B - 1] = 1
    state = [[torch.randn(1, B, h) * 0.5 for _ in ("h", "c")] for h in layers]
    before = {n: listed(p) for n, p in named.items()}
    initial = [[listed(part) for part in layer] for layer in state]

    x, after = embed(ids), []
    for layer, (h, c) in zip(stack, state):
        ys = []
        for t in range(T):
            keep = (1 - starts[t]).view(1, B, 1)
            h, c = h * keep, (c * keep if cell == "lstm" else c)
            if cell == "lstm":
                y, (h, c) = layer(x[t : t + 1], (h, c))
            else:
                y, h = layer(x[t : t + 1], h)
            ys.append(y)
        x = torch.cat(ys)
        after.append([listed(h), listed(c)])
    logits = out(project(x) if project is not None else x)
    loss = F.cross_entropy(logits.view(-1, V), targets.view(-1))
    loss.backward()
    gradients = {n: listed(p.grad) for n, p in named.items()}
    norm = nn.utils.clip_grad_norm_(list(named.values()), ADAM["clip"])
    decayed = [p for n, p in named.items() if p.dim() > 1 and n != "embed.weight"]
    plain = [p for n, p in named.items() if p.dim() == 1 or n == "embed.weight"]
    torch.optim.AdamW(
        [{"params": decayed, "weight_decay": ADAM["weightDecay"]}, {"params": plain, "weight_decay": 0.0}],
        ADAM["rate"], betas=(ADAM["beta1"], ADAM["beta2"]), eps=ADAM["epsilon"],
    ).step()
    return dict(
        network=dict(cell=cell, vocabulary=V, embedding=E, layers=layers, projection=P, tied=tied),
        T=T, B=B, ids=ids.flatten().tolist(), targets=targets.flatten().tolist(),
        starts=starts.flatten().tolist(), state=initial, weights=before, after=after,
        loss=loss.item(), logits=listed(logits), gradients=gradients, norm=norm.item(),
        stepped={n: listed(p) for n, p in named.items()},
    )


if __name__ == "__main__":
    torch.manual_seed(7)
    golden = dict(adam=ADAM, torch=torch.__version__, cases={n: case(**c) for n, c in CASES.items()})
    path = pathlib.Path(__file__).with_name("golden.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size)
