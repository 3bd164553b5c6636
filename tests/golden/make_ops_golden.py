#!/usr/bin/env python3
"""Makes ops_golden.h: single operations in PyTorch, in double, on numbers of the formula.

Usage: make_ops_golden.py > ops_golden.h            (made with PyTorch 1.13.0)
Streams: 1 input, 2 weight, 3 bias, 4 gradient of the output or targets. Batches have two images.
"""
import torch
import torch.nn.functional as F

from formula import formula_values

IMAGES = 2


def values(stream, *shape):
    return torch.from_numpy(formula_values(stream, shape)).double().requires_grad_()


def braces(tensor):
    return "{" + ", ".join(f"{v:.10g}" for v in tensor.detach().flatten().tolist()) + "}"


def emit(kind, name, rows):
    print(f"inline const std::vector<{kind}> {name} = {{")
    for row in rows:
        print("    {" + ",\n     ".join(row) + "},")
    print("};\n")


def pair(numbers):
    return "{" + ", ".join(map(str, numbers)) + "}"


def window(kernel, stride, dilation, padding):
    """padding: top, left, bottom, right"""
    return pair(map(pair, (kernel, stride, dilation, padding)))


def padded(x, padding, value=0.0):
    top, left, bottom, right = padding
    return F.pad(x, (left, right, top, bottom), value=value)


def conv2d(channels, height, width, outputs, kernel, stride=(1, 1), dilation=(1, 1), padding=(0, 0, 0, 0), groups=1,
           bias=True):
    x = values(1, IMAGES, channels, height, width)
    weight = values(2, outputs, channels // groups, *kernel)
    b = values(3, outputs) if bias else None
    y = F.conv2d(padded(x, padding), weight, b, stride, 0, dilation, groups)
    y.backward(values(4, *y.shape).detach())
    shape = pair((channels, height, width))
    conv = f"{{{shape}, {outputs}, {window(kernel, stride, dilation, padding)}, {groups}}}"
    return conv, braces(y), braces(x.grad), braces(weight.grad), braces(b.grad) if bias else "{}"


def max_pool2d(channels, height, width, kernel, stride, dilation=(1, 1), padding=(0, 0, 0, 0)):
    x = values(1, IMAGES, channels, height, width)
    y = F.max_pool2d(padded(x, padding, -float("inf")), kernel, stride, 0, dilation)
    y.backward(values(4, *y.shape).detach())
    return pair((channels, height, width)), window(kernel, stride, dilation, padding), braces(y), braces(x.grad)


def linear():
    x, weight, b = values(1, IMAGES, 5), values(2, 3, 5), values(3, 3)
    y = F.linear(x, weight, b)
    y.backward(values(4, *y.shape).detach())
    return [braces(t) for t in (y, x.grad, weight.grad, b.grad)]


def pointwise(function):
    x = values(1, 7)
    y = function(x * 3)
    y.backward(values(4, 7))
    return braces(y), braces(x.grad / 3)


def loss(function, targets):
    y = values(1, 3, 5)
    mean = function(y, targets)
    mean.backward()
    return f"{mean.item():.10g}", braces(y.grad)


def sgd(momentum, nesterov, weight_decay):
    w = values(2, 6)
    optimizer = torch.optim.SGD([w], lr=0.125, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
    for step in range(3):
        w.grad = values(4 + step, 6).detach()
        optimizer.step()
    return f"{{0.125f, {momentum}f, {weight_decay}f, {str(nesterov).lower()}}}", braces(w)


def main():
    print("// Made by make_ops_golden.py, which says how: single operations in PyTorch, in double.")
    print('#pragma once\n#include <vector>\n\n#include "tests/golden/ops_cases.h"\n')
    print("// clang-format off\nnamespace lentil::golden {\n")
    emit("ConvCase", "kConvCases", [
        conv2d(2, 5, 4, 3, (2, 3)),
        conv2d(4, 6, 5, 4, (3, 2), stride=(2, 1), padding=(1, 2, 0, 1), groups=2),
        conv2d(2, 7, 6, 2, (2, 3), stride=(1, 2), dilation=(3, 2), padding=(0, 1, 2, 0), bias=False),
    ])
    emit("PoolCase", "kPoolCases", [
        max_pool2d(2, 5, 4, (2, 2), (2, 2)),
        max_pool2d(1, 6, 5, (3, 2), (2, 1), padding=(1, 0, 1, 1)),
        max_pool2d(1, 7, 5, (2, 3), (1, 1), dilation=(3, 2)),
    ])
    emit("LinearCase", "kLinearCases", [linear()])
    functions = {
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softmax": lambda x: torch.softmax(x, 0),
        "log_softmax": lambda x: torch.log_softmax(x, 0),
    }
    emit("PointwiseCase", "kPointwiseCases", [(f"LayerType::{n}", *pointwise(f)) for n, f in functions.items()])
    labels = torch.tensor([2, 0, 4])
    emit("LossCase", "kLossCases", [
        ("Loss::cross_entropy", "0", *loss(F.cross_entropy, labels)),
        ("Loss::cross_entropy", "0.25", *loss(lambda y, t: F.cross_entropy(y, t, label_smoothing=0.25), labels)),
        ("Loss::nll", "0", *loss(F.nll_loss, labels)),
        ("Loss::mse", "0", *loss(F.mse_loss, values(4, 3, 5).detach())),
    ])
    emit("SgdCase", "kSgdCases", [sgd(0.0, False, 0.0), sgd(0.5, False, 0.25), sgd(0.75, True, 0.125)])
    print("}  // namespace lentil::golden\n// clang-format on")


main()
