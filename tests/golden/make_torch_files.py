#!/usr/bin/env python3
"""Makes the torch_* files of tests/formats/import/data: one small network, saved in every way.

Usage: make_torch_files.py FOLDER                                  (made with PyTorch 1.13.0, NumPy 1.24.2)
The values are multiples of 1/64 from the formula, which float16 and bfloat16 hold exactly.
"""
import copy
import pickle
import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from formula import formula_values

FOLDER = sys.argv[1] + "/torch_"
SHAPES = OrderedDict([("conv1.weight", (2, 1, 3, 3)), ("conv1.bias", (2,)), ("fc.weight", (3, 8)), ("fc.bias", (3,))])


def values(name):
    stream = list(SHAPES).index(name)
    return np.round(formula_values(stream, SHAPES[name]) * 64) / np.float32(64)


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 3, stride=2, padding=1)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        return torch.log_softmax(self.fc(torch.flatten(x, 1)), 1)


STATE = OrderedDict((name, torch.from_numpy(values(name))) for name in SHAPES)
# The old container puts the source text of classes beside them; PyTorch's own shall not lie in this tree.
torch.serialization.get_source_lines_and_file = lambda *_: (["class Module: pass\n"], 1, "module.py")
LEGACY = {"_use_new_zipfile_serialization": False}


def converted(dtype):
    return OrderedDict((name, tensor.to(dtype)) for name, tensor in STATE.items())


def strided():
    """Tensors that share a storage, are parts of a larger one, or lie column by column."""
    whole = torch.full((40,), 9.0)
    whole[5:7], whole[10:13] = STATE["conv1.bias"], STATE["fc.bias"]
    apart = torch.full((2, 1, 3, 6), 9.0)
    apart[..., ::2] = STATE["conv1.weight"]
    return OrderedDict([("conv1.weight", apart[..., ::2]), ("conv1.bias", whole[5:7]),
                        ("fc.weight", STATE["fc.weight"].t().contiguous().t()), ("fc.bias", whole[10:13])])


def tiny():
    model = Tiny()
    model.load_state_dict(STATE)
    return model.eval()


def sequential():
    """A whole module of torch.nn's own classes: nothing of this script is needed to load it."""
    conv = nn.Conv2d(1, 2, 3, padding="same", dilation=2)
    conv.weight.data, conv.bias.data = STATE["conv1.weight"].clone(), STATE["conv1.bias"].clone()
    fc = nn.Linear(8, 3)
    fc.weight.data, fc.bias.data = STATE["fc.weight"].clone(), STATE["fc.bias"].clone()
    relu = nn.ReLU()
    norm = nn.BatchNorm2d(2, eps=0.25)
    norm.register_buffer("scratch", torch.zeros(2), persistent=False)
    head = nn.Sequential(nn.Flatten(), nn.Linear(8, 8, bias=False), relu, fc)
    head[1].weight.data = torch.eye(8)
    return nn.Sequential(OrderedDict([("conv1", conv), ("norm", norm), ("relu", relu),
                                      ("pool", nn.MaxPool2d(2, ceil_mode=True)), ("head", head)])).eval()


def checkpoint():
    model = tiny()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 1, 8, 8)).sum().backward()
    optimizer.step()
    model.load_state_dict(STATE)
    return {"epoch": 3, "losses": [0.5, np.float64(0.25)], "optimizer": optimizer.state_dict(),
            "model_state_dict": model.state_dict(), "arguments": {"lr": 0.1, "device": torch.device("cpu")}}


def arrays(order):
    return {"conv1": {"weight": values("conv1.weight"), "bias": values("conv1.bias")},
            "fc": {"weight": np.array(values("fc.weight"), order=order), "bias": values("fc.bias").astype(">f8")}}


def main():
    torch.save(STATE, FOLDER + "zip.pt")
    torch.save(STATE, FOLDER + "legacy.pt", **LEGACY)
    torch.save(converted(torch.half), FOLDER + "half.pt")
    torch.save(converted(torch.bfloat16), FOLDER + "bfloat16.pt", **LEGACY)
    torch.save(converted(torch.double), FOLDER + "double.pt")
    torch.save(strided(), FOLDER + "strided.pt")
    torch.save(strided(), FOLDER + "strided_legacy.pt", **LEGACY)
    torch.save(checkpoint(), FOLDER + "checkpoint.pt")
    torch.save(OrderedDict(("module." + name, tensor) for name, tensor in STATE.items()), FOLDER + "parallel.pt")
    torch.save(sequential(), FOLDER + "module.pt")
    torch.save({"net": sequential(), "acc": 98.0}, FOLDER + "module_legacy.pt", **LEGACY)
    torch.save(checkpoint()["optimizer"], FOLDER + "optimizer.pt")
    quantised = copy.copy(STATE)
    quantised["fc.weight"] = torch.quantize_per_tensor(STATE["fc.weight"], 0.01, 0, torch.qint8)
    torch.save(quantised, FOLDER + "quantised.pt")
    torch.save({"fc.weight": STATE["fc.weight"].to_sparse()}, FOLDER + "sparse.pt")
    torch.jit.script(tiny()).save(FOLDER + "scripted.pt")
    torch.jit.trace(tiny(), torch.ones(1, 1, 8, 8)).save(FOLDER + "traced.pt")
    for protocol in (2, 4):
        with open(f"{FOLDER}dumped_{protocol}.pkl", "wb") as file:
            pickle.dump(STATE, file, protocol)
    for protocol, order in ((2, "C"), (5, "F")):
        with open(f"{FOLDER}arrays_{protocol}.pkl", "wb") as file:
            pickle.dump(arrays(order), file, protocol)


main()
