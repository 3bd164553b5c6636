"""TensorFlow's arithmetic in PyTorch, for make_keras_files.py and make_tflite_files.py. Values are
[1][channels][height][width]; kernels as TensorFlow has them, [height][width][in][out]."""
import os

import torch
import torch.nn.functional as F


def picture(*shape):
    count = 1
    for size in shape:
        count *= size
    return torch.tensor([(i * 37 % 101) / 101 for i in range(count)], dtype=torch.float32).view(1, *shape)


def same(size, kernel, stride, dilation=1):
    total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def padded(x, kernel, stride, padding, value=0.0, dilation=1):
    if padding == "valid":
        return x
    top, bottom = same(x.shape[2], kernel[0], stride[0], dilation)
    left, right = same(x.shape[3], kernel[1], stride[1], dilation)
    return F.pad(x, (left, right, top, bottom), value=value)


def conv(x, kernel, bias=None, stride=(1, 1), padding="valid", dilation=1):
    k = torch.tensor(kernel).permute(3, 2, 0, 1)
    b = None if bias is None else torch.tensor(bias)
    return F.conv2d(padded(x, k.shape[2:], stride, padding, 0.0, dilation), k, b, stride, dilation=dilation,
                    groups=x.shape[1] // k.shape[1])


def depthwise(x, kernel, bias=None, stride=(1, 1), padding="valid"):
    """[height][width][channels][multiplier]"""
    h, w, channels, multiplier = kernel.shape
    k = torch.tensor(kernel).reshape(h, w, 1, channels * multiplier).permute(3, 2, 0, 1)
    b = None if bias is None else torch.tensor(bias)
    return F.conv2d(padded(x, (h, w), stride, padding), k, b, stride, groups=channels)


def max_pool(x, kernel, stride, padding="valid"):
    return F.max_pool2d(padded(x, kernel, stride, padding, float("-inf")), kernel, stride)


def average_pool(x, kernel, stride, padding="valid"):
    sums = F.avg_pool2d(padded(x, kernel, stride, padding), kernel, stride)
    seen = F.avg_pool2d(padded(torch.ones_like(x), kernel, stride, padding), kernel, stride)
    return sums / seen


def flat(x):
    return x.permute(0, 2, 3, 1).reshape(1, -1)


def write_header(file, name, script, references):
    """references: (file, (C, H, W), outputs)"""
    with open(os.path.join(os.path.dirname(__file__), file), "w") as f:
        f.write(f"// Made by {script}, not by hand: files, their inputs and PyTorch's outputs.\n#pragma once\n")
        f.write('#include "tests/golden/tf_files.h"\n\nnamespace lentil::test {\n\n')
        f.write(f"inline const std::vector<TfFile> {name}{{\n")
        for path, (c, h, w), outputs in references:
            values = ", ".join(f"{v:.9g}f" if "." in f"{v:.9g}" else f"{v:.9g}.f" for v in outputs.flatten().tolist())
            f.write(f'    {{"{path}", {{{c}, {h}, {w}}}, {{{values}}}}},\n')
        f.write("};\n\n}  // namespace lentil::test\n")
