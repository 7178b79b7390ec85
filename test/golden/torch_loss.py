"""Loss of a window by torch.nn, with weights that are loaded from safetensors by their names.

    torch_loss.py weights.safetensors < {"network": ..., "T": ..., "B": ..., "ids": ..., "targets": ...}

Layers must be of one size, as nn.LSTM and nn.GRU have it. Ends with status 3 where PyTorch is missing.
"""
import json
import struct
import sys

try:
    import torch
except ImportError:
    sys.exit(3)
from torch import nn
from torch.nn import functional as F


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = torch.frombuffer(bytearray(data[start:end]), dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class Network(nn.Module):
    def __init__(self, cell, vocabulary, embedding, layers, projection, tied):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, embedding)
        self.rnn = (nn.LSTM if cell == "lstm" else nn.GRU)(embedding, layers[0], len(layers))
        self.project = nn.Linear(layers[-1], projection) if projection else nn.Identity()
        self.out = nn.Linear(projection or layers[-1], vocabulary)

    def forward(self, ids):
        return self.out(self.project(self.rnn(self.embed(ids))[0]))


asked = json.load(sys.stdin)
weights = read_safetensors(sys.argv[1])
if asked["network"]["tied"]:
    weights["out.weight"] = weights["embed.weight"]
network = Network(**asked["network"])
network.load_state_dict(weights, strict=True)
shape = (asked["T"], asked["B"])
with torch.no_grad():
    logits = network(torch.tensor(asked["ids"]).reshape(shape))
    targets = torch.tensor(asked["targets"])
    print(repr(F.cross_entropy(logits.flatten(0, 1), targets).item()))
