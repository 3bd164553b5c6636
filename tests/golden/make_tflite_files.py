#!/usr/bin/env python3
"""Small TensorFlow Lite files with weights from a seeded generator, and what PyTorch says they compute.

    /usr/bin/python3 tests/golden/make_tflite_files.py    (flatc, python3-torch; TensorFlow is not needed)

Writes tests/formats/import/data/*.tflite and tests/golden/tflite_files.h.
"""
import json
import os
import shutil
import subprocess
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

import tf_reference as tf

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "../formats/import/data")
SCHEMA = os.path.join(HERE, "../../formats/import/tflite.fbs")
TYPES = {"float32": "FLOAT32", "float16": "FLOAT16", "int8": "INT8", "int32": "INT32"}
rng = np.random.default_rng(21)


def draw(*sizes):
    return (rng.standard_normal(sizes) * 0.4).astype(np.float32)


class Graph:
    def __init__(self, *input_shape):
        self.buffers, self.tensors, self.codes, self.operators = [{}], [], [], []
        self.input = self.value(input_shape)

    def value(self, shape, kind="FLOAT32", **more):
        self.tensors.append({"shape": list(shape), "type": kind, "buffer": 0, "name": f"t{len(self.tensors)}", **more})
        return len(self.tensors) - 1

    def constant(self, array, scale=None, zero=None, axis=0):
        array = np.asarray(array)
        self.buffers.append({"data": list(array.tobytes())})
        q = {} if scale is None else {"quantization": {"scale": scale, "zero_point": zero, "quantized_dimension": axis}}
        self.tensors.append({"shape": list(array.shape), "type": TYPES[str(array.dtype)],
                             "buffer": len(self.buffers) - 1, "name": f"c{len(self.tensors)}", **q})
        return len(self.tensors) - 1

    def ints(self, *values):
        return self.constant(np.array(values, np.int32))

    def op(self, code, inputs, shape=(), kind="FLOAT32", custom=None, table=None, **options):
        entry = {"builtin_code": code, "deprecated_builtin_code": 32 if custom else 0}
        if custom:
            entry["custom_code"] = custom
        self.codes.append(entry)
        out = self.value(shape, kind)
        operator = {"opcode_index": len(self.codes) - 1, "inputs": inputs, "outputs": [out]}
        if table:
            operator.update(builtin_options_type=table, builtin_options=options)
        self.operators.append(operator)
        return out

    def save(self, file, output):
        model = {"version": 3, "operator_codes": self.codes, "description": "made by hand", "buffers": self.buffers,
                 "subgraphs": [{"tensors": self.tensors, "inputs": [self.input], "outputs": [output],
                                "operators": self.operators}]}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, file.replace(".tflite", ".json"))
            with open(path, "w") as f:
                json.dump(model, f)
            subprocess.run(["flatc", "--binary", "-o", folder, SCHEMA, path], check=True)
            made = path.replace(".json", ".bin")
            shutil.copyfile(made, os.path.join(FOLDER, file))


def make_chain():
    """Convolutions of all kinds, a flatten by Shape, StridedSlice and Pack, constants on both sides."""
    k1, b1, kd, k2 = draw(3, 2, 3, 2), draw(3), draw(1, 3, 3, 6), draw(4, 2, 2, 6)
    w1, wb, alpha, scale, shift, w2 = draw(6, 16), draw(6), np.abs(draw(6)), draw(4), draw(5, 6, 1), draw(4, 6)
    g = Graph(1, 12, 11, 2)
    x = g.op("CONV_2D", [g.input, g.constant(k1), g.constant(b1)], (1, 6, 6, 3), table="Conv2DOptions",
             padding="SAME", stride_w=2, stride_h=2, fused_activation_function="RELU")
    x = g.op("DEPTHWISE_CONV_2D", [x, g.constant(kd), -1], (1, 6, 6, 6), table="DepthwiseConv2DOptions",
             padding="SAME", stride_w=1, stride_h=1, depth_multiplier=2, dilation_w_factor=2, dilation_h_factor=2)
    x = g.op("PAD", [x, g.constant(np.array([[0, 0], [1, 0], [0, 2], [0, 0]], np.int32))], (1, 7, 8, 6))
    x = g.op("CONV_2D", [x, g.constant(k2), -1], (1, 6, 7, 4), table="Conv2DOptions", padding="VALID", stride_w=1,
             stride_h=1)
    x = g.op("MUL", [x, g.constant(scale)], (1, 6, 7, 4), table="MulOptions")
    x = g.op("AVERAGE_POOL_2D", [x], (1, 5, 6, 4), table="Pool2DOptions", padding="VALID", stride_w=1, stride_h=1,
             filter_width=2, filter_height=2)
    x = g.op("SUB", [g.constant(shift), x], (1, 5, 6, 4), table="SubOptions", fused_activation_function="TANH")
    x = g.op("MAX_POOL_2D", [x], (1, 2, 2, 4), table="Pool2DOptions", padding="SAME", stride_w=3, stride_h=3,
             filter_width=3, filter_height=3)
    batch = g.op("STRIDED_SLICE", [g.op("SHAPE", [x], (4,), "INT32"), g.ints(0), g.ints(1), g.ints(1)], (), "INT32",
                 table="StridedSliceOptions", shrink_axis_mask=1)
    x = g.op("RESHAPE", [x, g.op("PACK", [batch, g.ints(16)], (2,), "INT32")], (1, 16))
    x = g.op("FULLY_CONNECTED", [x, g.constant(w1), g.constant(wb)], (1, 6), table="FullyConnectedOptions")
    x = g.op("PRELU", [x, g.constant(alpha)], (1, 6))
    x = g.op("DIV", [x, g.constant(np.float32(4))], (1, 6), table="DivOptions")
    x = g.op("FULLY_CONNECTED", [x, g.constant(w2), -1], (1, 4), table="FullyConnectedOptions")
    g.save("chain.tflite", g.op("SOFTMAX", [x], (1, 4), table="SoftmaxOptions", beta=1.0))

    x = F.relu(tf.conv(tf.picture(2, 12, 11), k1.transpose(1, 2, 3, 0), b1, (2, 2), "same"))
    x = F.conv2d(tf.padded(x, (3, 3), (1, 1), "same", 0.0, 2), torch.tensor(kd).permute(3, 0, 1, 2), None, groups=3,
                 dilation=2)
    x = tf.conv(F.pad(x, (0, 2, 1, 0)), k2.transpose(1, 2, 3, 0)) * torch.tensor(scale).view(1, 4, 1, 1)
    x = torch.tanh(torch.tensor(shift).permute(2, 0, 1) - F.avg_pool2d(x, 2, 1))
    x = tf.flat(tf.max_pool(x, (3, 3), (3, 3), "same"))
    x = F.prelu(x @ torch.tensor(w1).T + torch.tensor(wb), torch.tensor(alpha)) / 4
    return "chain.tflite", (2, 12, 11), F.softmax(x @ torch.tensor(w2).T, 1)


def make_hybrid():
    """int8 weights with a scale per channel and per tensor, float16 weights, two branches, a flatten that only the
    weights' sizes tell."""
    k1, s1 = rng.integers(-127, 128, (4, 3, 3, 1)).astype(np.int8), [0.01, 0.02, 0.005, 0.015]
    half = draw(4, 1, 1, 1).astype(np.float16)
    w, s, z = rng.integers(-127, 128, (5, 8 * 12)).astype(np.int8), 0.004, 3
    g = Graph(1, 6, 5)
    x = g.op("EXPAND_DIMS", [g.input, g.ints(-1)], (1, 6, 5, 1))
    conv = dict(table="Conv2DOptions", padding="VALID", stride_w=1, stride_h=1)
    a = g.op("CONV_2D", [x, g.constant(k1, s1, [0, 0, 0, 0]), -1], (1, 4, 3, 4), **conv)
    point = g.op("DEQUANTIZE", [g.constant(half)], (4, 1, 1, 1))
    b = g.op("CONV_2D", [g.op("LOGISTIC", [x], (1, 6, 5, 1)), point, -1], (1, 6, 5, 4), **conv)
    b = g.op("MAX_POOL_2D", [b], (1, 4, 3, 4), table="Pool2DOptions", padding="VALID", stride_w=1, stride_h=1,
             filter_width=3, filter_height=3)
    both = g.op("CONCATENATION", [g.op("ADD", [a, b], (1, 4, 3, 4), table="AddOptions"), a], (1, 4, 3, 8),
                table="ConcatenationOptions", axis=3)
    out = g.op("FULLY_CONNECTED", [both, g.constant(w, [s], [z]), -1], (1, 5), table="FullyConnectedOptions")
    g.save("hybrid.tflite", g.op("LOG_SOFTMAX", [out], (1, 5)))

    x = tf.picture(1, 6, 5)
    k = torch.tensor(k1.astype(np.float32)) * torch.tensor(s1).view(4, 1, 1, 1)
    a = F.conv2d(x, k.permute(0, 3, 1, 2))
    b = F.max_pool2d(F.conv2d(torch.sigmoid(x), torch.tensor(half.astype(np.float32))), 3, 1)
    x = tf.flat(torch.cat([a + b, a], 1)) @ ((torch.tensor(w.astype(np.float32)) - z) * s).T
    return "hybrid.tflite", (1, 6, 5), F.log_softmax(x, 1)


def make_planes():
    """From PyTorch: channels first, then transposed; a mean over height and width."""
    k = draw(3, 3, 3, 2)
    g = Graph(1, 2, 7, 6)
    x = g.op("TRANSPOSE", [g.input, g.ints(0, 2, 3, 1)], (1, 7, 6, 2))
    x = g.op("CONV_2D", [x, g.constant(k), -1], (1, 5, 4, 3), table="Conv2DOptions", padding="VALID", stride_w=1,
             stride_h=1)
    x = g.op("LEAKY_RELU", [x], (1, 5, 4, 3), table="LeakyReluOptions", alpha=0.1)
    x = g.op("MEAN", [x, g.ints(1, 2)], (1, 1, 1, 3), table="ReducerOptions", keep_dims=True)
    g.save("planes.tflite", g.op("SQUEEZE", [g.op("ELU", [x], (1, 1, 1, 3))], (1, 3), table="SqueezeOptions",
                                 squeeze_dims=[1, 2]))
    x = F.leaky_relu(tf.conv(tf.picture(2, 7, 6), k.transpose(1, 2, 3, 0)), 0.1)
    return "planes.tflite", (2, 7, 6), F.elu(x.mean((2, 3)))


def make_refused():
    w = rng.integers(-127, 128, (3, 4)).astype(np.int8)
    g = Graph(1, 4)
    x = g.op("QUANTIZE", [g.input], (1, 4), "INT8")
    g.save("quantized.tflite", g.op("FULLY_CONNECTED", [x, g.constant(w, [0.1], [0]), -1], (1, 3), "INT8"))
    g = Graph(1, 4)
    g.save("custom.tflite", g.op("CUSTOM", [g.input], (1, 3), custom="edgetpu-custom-op"))
    g = Graph(1, 4, 4)
    g.save("recurrent.tflite", g.op("UNIDIRECTIONAL_SEQUENCE_LSTM", [g.input], (1, 4, 3)))
    g = Graph(1, 4)
    g.save("relu6.tflite", g.op("FULLY_CONNECTED", [g.input, g.constant(draw(3, 4)), -1], (1, 3),
                                table="FullyConnectedOptions", fused_activation_function="RELU6"))


references = [make_chain(), make_hybrid(), make_planes()]
make_refused()
tf.write_header("tflite_files.h", "kTfliteFiles", "make_tflite_files.py", references)
