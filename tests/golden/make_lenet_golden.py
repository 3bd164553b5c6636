#!/usr/bin/env python3
"""Makes lenet_golden.h: ten steps of LeNet in PyTorch.

Usage: make_lenet_golden.py > lenet_golden.h        (made with PyTorch 1.13.0, float32, one thread)
"""
import numpy as np

from lenet import TENSORS, train

STEPS = 10
SAMPLES = 10


def array(kind, name, values):
    text = ", ".join(f"{v:.9g}f" if kind == "float" else f"{v:.17g}" for v in values)
    return f"inline constexpr {kind} {name}[] = {{{text}}};"


def main():
    losses, parameters = train(STEPS)
    print("// Made by make_lenet_golden.py, which says how. Ten steps of LeNet in PyTorch.")
    print("#pragma once\n#include <cstddef>\n\n// clang-format off\nnamespace lentil::golden {\n")
    print("// The loss of each step's batch, before its update.")
    print(array("float", "kLosses", losses))
    print("\n// Of each tensor after ten steps, in the order of the state_dict: the sum and the sum of squares of its")
    print(f"// elements, and {SAMPLES} of them: number i is element i * (count - 1) / {SAMPLES - 1}.")
    print(f"inline constexpr std::size_t kSamples = {SAMPLES};")
    values = [p.detach().numpy().astype(np.float64).ravel() for p in parameters]
    print(array("double", "kSums", [v.sum() for v in values]))
    print(array("double", "kSquares", [(v * v).sum() for v in values]))
    print(f"inline constexpr float kWeights[][{SAMPLES}] = {{")
    for (name, _, _), v in zip(TENSORS, values):
        chosen = ", ".join(f"{v[i * (len(v) - 1) // (SAMPLES - 1)]:.9g}f" for i in range(SAMPLES))
        print(f"    {{{chosen}}},  // {name}")
    print("};\n\n}  // namespace lentil::golden\n// clang-format on")


main()
