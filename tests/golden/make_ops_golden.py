#!/usr/bin/env python3
"""Makes ops_golden.h: single operations in PyTorch, in double, on numbers of the formula.

Usage: make_ops_golden.py > ops_golden.h            (made with PyTorch 1.13.0)
Streams: 1 input, 2 weight, 3 bias, 4 gradient of the output or targets. Batches have two images.
"""
import numpy as np
import torch
import torch.nn.functional as F

from formula import formula_values

IMAGES = 2
TENTH = float(np.float32(0.1))  # as the networks' files hold it


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


def window(kernel, stride, dilation=(1, 1), padding=(0, 0, 0, 0), ceil_mode=False):
    """padding: top, left, bottom, right"""
    return pair([*map(pair, (kernel, stride, dilation, padding)), *(["true"] if ceil_mode else [])])


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


def max_pool2d_ceil(channels, height, width, kernel, stride, padding=(0, 0)):
    """padding: of both sides, PyTorch's own, from which it tells where a last window may start"""
    x = values(1, IMAGES, channels, height, width)
    y = F.max_pool2d(x, kernel, stride, padding, ceil_mode=True)
    y.backward(values(4, *y.shape).detach())
    return pair((channels, height, width)), window(kernel, stride, (1, 1), 2 * padding, True), braces(y), braces(x.grad)


def avg_pool2d(channels, height, width, kernel, stride, padding=(0, 0), ceil_mode=False, include_pad=True):
    """padding: of both sides; of four it is made of zeros beforehand, which then count"""
    x = values(1, IMAGES, channels, height, width)
    before, own = (padded(x, padding), 0) if len(padding) == 4 else (x, padding)
    y = F.avg_pool2d(before, kernel, stride, own, ceil_mode, include_pad)
    y.backward(values(4, *y.shape).detach())
    sides = padding if len(padding) == 4 else 2 * padding
    return (pair((channels, height, width)), window(kernel, stride, (1, 1), sides, ceil_mode), str(include_pad).lower(),
            braces(y), braces(x.grad))


def global_avg_pool2d(channels, height, width):
    x = values(1, IMAGES, channels, height, width)
    y = F.adaptive_avg_pool2d(x, 1)
    y.backward(values(4, *y.shape).detach())
    shape = pair((channels, height, width))
    return shape, window((height, width), (1, 1)), "true", braces(y), braces(x.grad)


def prelu(slopes):
    x, slope = values(1, IMAGES, 3, 2, 2), values(2, slopes)
    y = F.prelu(x, slope)
    y.backward(values(4, *y.shape).detach())
    return braces(y), braces(x.grad), braces(slope.grad)


def batch_norm(training, *shape):
    x, weight, b = values(1, IMAGES, *shape), values(2, shape[0]), values(3, shape[0])
    mean, variance = values(5, shape[0]).detach(), 1.5 + values(6, shape[0]).detach()
    y = F.batch_norm(x, mean, variance, weight, b, training, TENTH, TENTH)
    y.backward(values(4, *y.shape).detach())
    learnt = [braces(t) for t in (weight.grad, b.grad, mean, variance)] if training else ["{}"] * 4
    return pair(shape), braces(y), braces(x.grad), *learnt


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
        max_pool2d_ceil(1, 5, 4, (2, 3), (2, 2)),
        max_pool2d_ceil(1, 6, 4, (3, 2), (2, 2), padding=(1, 1)),
    ])
    emit("AvgPoolCase", "kAvgPoolCases", [
        avg_pool2d(2, 5, 4, (2, 2), (2, 2)),
        *(avg_pool2d(1, 6, 5, (3, 2), (2, 1), (1, 1), ceil_mode, include_pad)
          for ceil_mode in (False, True) for include_pad in (False, True)),
        avg_pool2d(1, 6, 5, (3, 2), (2, 1), (2, 0, 0, 1)),
        global_avg_pool2d(2, 3, 5),
    ])
    emit("LinearCase", "kLinearCases", [linear()])
    functions = {
        "relu": (0, torch.relu),
        "sigmoid": (0, torch.sigmoid),
        "tanh": (0, torch.tanh),
        "softmax": (0, lambda x: torch.softmax(x, 0)),
        "log_softmax": (0, lambda x: torch.log_softmax(x, 0)),
        "leaky_relu": (0.125, lambda x: F.leaky_relu(x, 0.125)),
        "elu": (0.75, lambda x: F.elu(x, 0.75)),
    }
    emit("PointwiseCase", "kPointwiseCases",
         [(f"LayerType::{n}", str(slope), *pointwise(f)) for n, (slope, f) in functions.items()])
    emit("PreluCase", "kPreluCases", [prelu(1), prelu(3)])
    emit("BatchNormCase", "kBatchNormCases", [
        batch_norm(training, *shape) for training in (True, False) for shape in ((3,), (2, 3, 2))])
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
