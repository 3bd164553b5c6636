#!/usr/bin/env python3
"""Makes networks_golden.h: the networks of models/ in PyTorch, with weights of the formula.

Usage: make_networks_golden.py > networks_golden.h  (made with PyTorch 1.13.0, float32, one thread)
Tensor number n of a network, in the order of its state_dict, is stream n; networks_golden_test.cpp makes the same.
"""
import numpy as np
import torch
from torch.nn import (AdaptiveAvgPool2d, AvgPool2d, BatchNorm2d, Conv2d, Dropout, Dropout2d, Flatten, Linear, MaxPool2d,
                      ReLU, Sequential, Tanh)

from formula import formula_values
from lenet import images_and_labels

IMAGES = 100
UNIT = 1e-7  # of the probabilities, which are written as whole numbers


def separable(inputs, outputs, stride):
    return [
        Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False), BatchNorm2d(inputs), ReLU(),
        Conv2d(inputs, outputs, 1, bias=False), BatchNorm2d(outputs), ReLU(),
    ]


def lenet5(activation, pool):
    return [
        Conv2d(1, 6, 5, padding=2), activation(), pool(2), Conv2d(6, 16, 5), activation(), pool(2),
        Flatten(), Linear(400, 120), activation(), Linear(120, 84), activation(), Linear(84, 10),
    ]


NETWORKS = {
    "lenet": [
        Conv2d(1, 10, 5), MaxPool2d(2), ReLU(), Conv2d(10, 20, 5), Dropout2d(), MaxPool2d(2), ReLU(),
        Flatten(), Linear(320, 50), ReLU(), Dropout(), Linear(50, 10),
    ],
    "lenet5": lenet5(ReLU, MaxPool2d),
    "lenet5_tanh": lenet5(Tanh, AvgPool2d),
    "mnist_old": [
        Conv2d(1, 20, 5), ReLU(), MaxPool2d(2), Conv2d(20, 50, 5), ReLU(), MaxPool2d(2),
        Flatten(), Linear(800, 500), ReLU(), Linear(500, 10),
    ],
    "mnist_new": [
        Conv2d(1, 32, 3), ReLU(), Conv2d(32, 64, 3), ReLU(), MaxPool2d(2), Dropout(0.25),
        Flatten(), Linear(9216, 128), ReLU(), Dropout(0.5), Linear(128, 10),
    ],
    "separable": [
        Conv2d(1, 16, 3, 2, 1, bias=False), BatchNorm2d(16), ReLU(),
        *separable(16, 32, 1), *separable(32, 64, 2), *separable(64, 96, 1),
        AdaptiveAvgPool2d(1), Flatten(), Linear(96, 10),
    ],
}


def array_name(network):
    return "k" + "".join(part.capitalize() for part in network.split("_"))


def fill(network):
    """Weights and biases within 2 / sqrt(fan in), so that signals keep their size from layer to layer; scales and
    variances of batch-norm from 0.5 to 1.5, shifts and means from -0.5 to 0.5."""
    stream = 1
    for layer in network:
        normalizes = isinstance(layer, BatchNorm2d)
        for name, tensor in layer.state_dict().items():
            if name == "num_batches_tracked":
                continue
            bound = 0.5 if normalizes else 2 / np.sqrt(layer.weight[0].numel())
            values = formula_values(stream, tuple(tensor.shape), bound)
            if normalizes and name in ("weight", "running_var"):
                values += np.float32(1)
            tensor.copy_(torch.from_numpy(values))
            stream += 1


def main():
    torch.set_num_threads(1)
    images = images_and_labels()[0][:IMAGES]
    print("// Made by make_networks_golden.py, which says how: the networks of models/ in PyTorch.")
    print("#pragma once\n#include <cstdint>\n#include <string_view>\n")
    print("// clang-format off\nnamespace lentil::golden {\n")
    print(f"inline constexpr std::uint32_t kGoldenImages = {IMAGES}, kGoldenClasses = 10;")
    print(f"inline constexpr double kUnit = {UNIT};  // of the probabilities below\n")
    for name, layers in NETWORKS.items():
        network = Sequential(*layers).eval()
        with torch.no_grad():
            fill(network)
            probabilities = torch.softmax(network(images).double(), 1)
        print(f"inline constexpr std::uint32_t {array_name(name)}[kGoldenImages][kGoldenClasses] = {{")
        rows = ["{" + ",".join(map(str, row)) + "}," for row in (probabilities / UNIT).round().long().tolist()]
        print("\n".join(rows[i] + rows[i + 1] for i in range(0, IMAGES, 2)))
        print("};\n")
    print("struct NetworkGolden {\n  std::string_view name;\n  const std::uint32_t (*probabilities)[kGoldenClasses];\n};")
    print("inline constexpr NetworkGolden kNetworks[] = {")
    for name in NETWORKS:
        print(f'    {{"{name}", {array_name(name)}}},')
    print("};\n")
    print("}  // namespace lentil::golden\n// clang-format on")


main()
