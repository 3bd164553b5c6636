#!/usr/bin/env python3
"""Makes tests/formats/import/data/onnx_*.npz: ONNX files of every kind, inputs for them, and what they give.

Usage: make_onnx_files.py FOLDER
Each of the two archives holds, for a case NAME, the file's bytes (NAME), its input (NAME_input) and its output
(NAME_output). onnx_torch.npz holds what PyTorch 1.13 exports and computes, and is made where PyTorch is installed;
onnx_graphs.npz holds graphs written by hand, in the ways of other exporters, as ONNX Runtime 1.32 computes them, and
is made where that is installed. Weights come from a seeded generator.
"""
import io
import pathlib
import struct
import sys

import numpy

FLOAT, INT64, DOUBLE, HALF, UINT8, INT32 = 1, 7, 11, 10, 2, 6
TYPES = {"float32": FLOAT, "int64": INT64, "float64": DOUBLE, "float16": HALF, "uint8": UINT8, "int32": INT32}


# ---- protobuf, as far as ONNX needs it -----------------------------------------------------------------------------
def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, values, store="raw"):
    values = numpy.asarray(values)
    out = b"".join(field(1, int(d)) for d in values.shape)
    out += field(2, TYPES[values.dtype.name]) + field(8, name)
    if store == "raw":
        return out + field(9, values.tobytes())
    if values.dtype == numpy.float32:
        return out + field(4, values.tobytes())
    if values.dtype == numpy.float64:
        return out + field(10, values.tobytes())
    if values.dtype == numpy.float16:
        return out + field(5, b"".join(varint(int(v)) for v in values.view(numpy.uint16).ravel()))
    return out + field(7 if values.dtype == numpy.int64 else 5, b"".join(varint(int(v)) for v in values.ravel()))


def attribute(name, value):
    out = field(1, name)
    if isinstance(value, float):
        return out + field(2, value) + field(20, 1)
    if isinstance(value, int):
        return out + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return out + field(4, value) + field(20, 3)
    if isinstance(value, numpy.ndarray):
        return out + field(5, tensor("", value)) + field(20, 4)
    return out + b"".join(field(8, int(v)) for v in value) + field(20, 7)


def node(op, inputs, outputs, **attributes):
    out = b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in outputs.split())
    return out + field(4, op) + b"".join(field(5, attribute(n, v)) for n, v in attributes.items())


def value(name, dims, kind=FLOAT):
    shape = b"".join(field(1, field(1, d) if isinstance(d, int) else field(2, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def model(nodes, constants, dims, opset=13, kind=FLOAT, listed=False, store="raw", outputs=("y",)):
    """`dims` are the input's; `listed` names constants among the inputs too, as old files do."""
    graph = b"".join(field(1, n) for n in nodes) + field(2, "graph")
    graph += b"".join(field(5, tensor(name, v, store)) for name, v in constants.items())
    graph += field(11, value("x", dims, kind))
    if listed:
        graph += b"".join(field(11, value(n, v.shape, TYPES[v.dtype.name])) for n, v in constants.items())
    for output in outputs:
        graph += field(12, value(output, ["N", "M"]) if output == "y" else field(1, output))
    return field(1, 3 if opset < 9 else 8) + field(2, "by hand") + field(8, field(2, opset)) + field(7, graph)


# ---- graphs ------------------------------------------------------------------------------------------------------
draw = numpy.random.RandomState(7)


def weights(*shape, scale=0.5):
    return (draw.uniform(-1, 1, shape) * scale).astype(numpy.float32)


def ints(*values):
    return numpy.array(values, numpy.int64)


def norm_constants(channels):
    return {"s": weights(channels) + 1, "b": weights(channels), "m": weights(channels), "v": weights(channels) ** 2 + 1}


def head(count, name="f", outputs=3):
    """Nodes that turn `name` ([N, count]) into the output, and their constants."""
    return [node("Gemm", [name, "w", "c"], "y", transB=1)], {"w": weights(outputs, count), "c": weights(outputs)}


def picture(nodes, constants, count, dims=("N", 2, 6, 6), opset=13, run=(3, 2, 6, 6), **options):
    """Nodes that turn x into z, flattened and classified."""
    tail, more = head(count)
    nodes = nodes + [node("Flatten", ["z"], "f")] + tail
    return model(nodes, {**constants, **more}, dims, opset, **options), run


def convolution(count, kernel=(3, 2, 3, 3), opset=13, run=(3, 2, 6, 6), **attributes):
    return picture([node("Conv", ["x", "k"], "z", **attributes)], {"k": weights(*kernel)}, count, opset=opset,
                   dims=["N"] + list(run[1:]), run=run)


def pool(op, count, opset=13, run=(3, 2, 6, 6), **attributes):
    return picture([node(op, ["x"], "z", **attributes)], {}, count, opset=opset, dims=["N"] + list(run[1:]), run=run)


def cases():
    yield "conv_plain", convolution(48)
    yield "conv_same_upper", convolution(27, auto_pad="SAME_UPPER", strides=[2, 2])
    yield "conv_same_lower", convolution(3 * 36, kernel=(3, 2, 2, 4), auto_pad="SAME_LOWER")
    yield "conv_valid", convolution(48, auto_pad="VALID", kernel_shape=[3, 3])
    yield "conv_pads", convolution(3 * 7 * 7, kernel=(3, 2, 3, 4), pads=[2, 0, 1, 4], dilations=[1, 1])
    yield "conv_dilated", convolution(3 * 4 * 2, dilations=[1, 2])
    yield "conv_grouped", convolution(4 * 16, kernel=(4, 1, 3, 3), group=2)
    yield "conv_depthwise", convolution(6 * 16, kernel=(6, 1, 3, 3), group=2)
    yield "conv_1d", convolution(3 * 8, kernel=(3, 2, 3), run=(3, 2, 10))
    yield "max_same", pool("MaxPool", 18, kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    yield "max_stride_1", pool("MaxPool", 50, kernel_shape=[2, 2])
    yield "max_pads", pool("MaxPool", 2 * 4 * 3, kernel_shape=[2, 3], strides=[2, 2], pads=[1, 0, 1, 1])
    yield "max_ceil", pool("MaxPool", 2 * 3 * 2, run=(3, 2, 5, 4), kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    yield "max_dilated", pool("MaxPool", 2 * 4 * 4, kernel_shape=[2, 2], dilations=[2, 2])
    yield "avg_counts_pads", pool("AveragePool", 32, kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 1, 1],
                                  count_include_pad=1)
    yield "avg_leaves_pads", pool("AveragePool", 32, kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 1, 1])
    yield "avg_same", pool("AveragePool", 18, kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_LOWER")
    yield "global_average", pool("GlobalAveragePool", 2)
    yield "global_max", pool("GlobalMaxPool", 2)
    yield "mean", pool("ReduceMean", 2, axes=[2, 3])
    yield "mean_squeezed", pool("ReduceMean", 2, axes=[-1, -2], keepdims=0)
    yield "mean_18", picture([node("ReduceMean", ["x", "a"], "z")], {"a": ints(2, 3)}, 2, opset=18)
    yield "pad_conv", picture([node("Pad", ["x", "p"], "q"), node("Conv", ["q", "k"], "z", pads=[0, 1, 0, 0])],
                              {"p": ints(0, 0, 1, 0, 0, 0, 2, 1), "k": weights(3, 2, 3, 3)}, 3 * 7 * 6)
    yield "pad_conv_6", picture([node("Pad", ["x"], "q", pads=[0, 0, 1, 0, 0, 0, 2, 1]),
                                 node("Conv", ["q", "k"], "z")], {"k": weights(3, 2, 3, 3)}, 3 * 7 * 5, opset=7)
    yield "pad_average", picture([node("Pad", ["x", "p"], "q"), node("AveragePool", ["q"], "z", kernel_shape=[2, 2],
                                                                     strides=[2, 2])],
                                 {"p": ints(0, 0, 1, 1, 0, 0, 1, 1)}, 32)
    yield "pad_max", picture([node("Relu", ["x"], "r"), node("Pad", ["r", "p"], "q"),
                              node("MaxPool", ["q"], "z", kernel_shape=[2, 2], strides=[2, 2])],
                             {"p": ints(0, 0, 1, 1, 0, 0, 1, 1)}, 32)
    yield "no_pad", picture([node("Pad", ["x", "p"], "z")], {"p": ints(0, 0, 0, 0, 0, 0, 0, 0)}, 72)
    yield "bias_behind", picture([node("Conv", ["x", "k"], "q"), node("Add", ["q", "b"], "z")],
                                 {"k": weights(3, 2, 3, 3), "b": weights(3, 1, 1)}, 48)
    yield "bias_before", picture([node("Conv", ["x", "k"], "q"), node("Add", ["b", "q"], "z")],
                                 {"k": weights(3, 2, 3, 3), "b": weights(1, 3, 1, 1)}, 48)
    yield "bias_of_one_branch", picture([node("Conv", ["x", "k"], "q"), node("Add", ["q", "b"], "r"),
                                         node("Concat", ["q", "r"], "z", axis=1)],
                                        {"k": weights(3, 2, 3, 3), "b": weights(3, 1, 1)}, 96)
    yield old_broadcast()
    yield "norm", picture([node("BatchNormalization", ["x", "s", "b", "m", "v"], "z", epsilon=0.01)],
                          norm_constants(2), 72)
    yield "norm_of_constants", picture(
        [node("Constant", [], name, value=array) for name, array in norm_constants(2).items()] +
        [node("BatchNormalization", ["x", "s", "b", "m", "v"], "z")], {}, 72)
    yield "norm_flat", (model([node("Flatten", ["x"], "q"), node("BatchNormalization", ["q", "s", "b", "m", "v"], "f")] +
                              head(72)[0], {**norm_constants(72), **head(72)[1]}, ["N", 2, 6, 6]), (3, 2, 6, 6))
    yield "norm_unsqueezed", (model([node("Flatten", ["x"], "q"), node("Unsqueeze", ["q", "a"], "u"),
                                     node("BatchNormalization", ["u", "s", "b", "m", "v"], "n"),
                                     node("Squeeze", ["n", "a"], "f")] + head(72)[0],
                                    {**norm_constants(72), **head(72)[1], "a": ints(2)}, ["N", 2, 6, 6]), (3, 2, 6, 6))
    yield "branches", picture([node("Conv", ["x", "k"], "p"), node("Conv", ["x", "l"], "q"),
                               node("Concat", ["p", "q"], "z", axis=1)],
                              {"k": weights(3, 2, 3, 3), "l": weights(2, 2, 3, 3)}, 80)
    yield "residual", picture([node("Conv", ["x", "k"], "p", pads=[1, 1, 1, 1]), node("Add", ["p", "x"], "z")],
                              {"k": weights(2, 2, 3, 3)}, 72)
    yield "product", picture([node("Sigmoid", ["x"], "p"), node("Mul", ["p", "x"], "z")], {}, 72)
    yield "difference", picture([node("Tanh", ["x"], "p"), node("Sub", ["p", "x"], "z")], {}, 72)
    yield "sum", picture([node("Tanh", ["x"], "p"), node("Sum", ["p", "x", "p"], "z")], {}, 72)
    for op in ("Relu", "LeakyRelu", "Elu", "Sigmoid", "Tanh", "Neg"):
        yield op.lower(), picture([node(op, ["x"], "z")], {}, 72)
    yield "leaky_alpha", picture([node("LeakyRelu", ["x"], "z", alpha=0.25)], {}, 72)
    yield "prelu", picture([node("PRelu", ["x", "a"], "z")], {"a": weights(2, 1, 1)}, 72)
    yield "prelu_one", picture([node("PRelu", ["x", "a"], "z")], {"a": weights(1)}, 72)
    yield "clip", picture([node("Clip", ["x", "a"], "z")], {"a": numpy.float32(0)}, 72)
    yield "clip_6", picture([node("Clip", ["x"], "z", min=0.0)], {}, 72, opset=7)
    yield "scaled", picture([node("Sub", ["x", "a"], "p"), node("Div", ["p", "b"], "z")],
                            {"a": weights(1, 2, 1, 1), "b": weights(2, 1, 1) + 2}, 72)
    yield "turned_difference", picture([node("Sub", ["a", "x"], "z")], {"a": weights(2, 6, 6)}, 72)
    yield "dropped", picture([node("Dropout", ["x"], "p"), node("Identity", ["p"], "q"), node("Cast", ["q"], "z", to=1)],
                             {}, 72)
    yield "shape_idiom", (model(
        [node("Shape", ["x"], "s"), node("Gather", ["s", "zero"], "g", axis=0), node("Unsqueeze", ["g", "axes"], "u"),
         node("Concat", ["u", "rest"], "t", axis=0), node("Reshape", ["x", "t"], "f")] + head(72)[0],
        {**head(72)[1], "zero": numpy.int64(0), "axes": ints(0), "rest": ints(-1)}, ["N", 2, 6, 6]), (3, 2, 6, 6))
    yield "product_idiom", (model(
        [node("Shape", ["x"], "s"), node("Slice", ["s", "one", "end"], "l"), node("ReduceProd", ["l"], "p", keepdims=1),
         node("Slice", ["s", "zero", "one"], "b"), node("Concat", ["b", "p"], "t", axis=0),
         node("Reshape", ["x", "t"], "f")] + head(72)[0],
        {**head(72)[1], "zero": ints(0), "one": ints(1), "end": ints(1 << 62)}, ["N", 2, 6, 6]), (3, 2, 6, 6))
    yield "fixed_batch", (model([node("Relu", ["x"], "z"), node("Reshape", ["z", "t"], "f")] + head(72)[0],
                                {**head(72)[1], "t": ints(10, 72)}, [10, 2, 6, 6]), (10, 2, 6, 6))
    yield "fixed_batch_open", (model([node("Relu", ["x"], "z"), node("Reshape", ["z", "t"], "f")] + head(72)[0],
                                     {**head(72)[1], "t": ints(10, -1)}, [10, 2, 6, 6]), (10, 2, 6, 6))
    yield "unsorted", (model(list(reversed([node("Relu", ["x"], "z"), node("Flatten", ["z"], "f")] + head(72)[0])),
                             head(72)[1], ["N", 2, 6, 6]), (3, 2, 6, 6))
    yield from layouts()
    yield from linears()
    yield from tails()
    yield from storages()
    yield from squeezes()


def old_broadcast():
    """The way of opset 6, and the same for today's ONNX Runtime."""
    kernel, bias, (tail, constants) = weights(3, 2, 3, 3), weights(3), head(48)

    def file(opset, shape, **attributes):
        nodes = [node("Conv", ["x", "k"], "q"), node("Add", ["q", "b"], "z", **attributes), node("Flatten", ["z"], "f")]
        return model(nodes + tail, {**constants, "k": kernel, "b": bias.reshape(shape)}, ["N", 2, 6, 6], opset)

    return "old_broadcast", (file(6, [3], broadcast=1, axis=1), (3, 2, 6, 6), file(13, [3, 1, 1]))


def layouts():
    first = [node("Transpose", ["x"], "t", perm=[0, 3, 1, 2]), node("Conv", ["t", "k"], "q")]
    last = [node("Transpose", ["q"], "z", perm=[0, 2, 3, 1])]
    constants = {"k": weights(3, 2, 3, 3)}
    yield "nhwc", picture(first + [node("Identity", ["q"], "z")], constants, 48, dims=["N", 6, 6, 2], run=(3, 6, 6, 2))
    yield "nhwc_flatten", picture(first + last, constants, 48, dims=["N", 6, 6, 2], run=(3, 6, 6, 2))
    yield "nhwc_bias", picture(first + [node("Transpose", ["q"], "r", perm=[0, 2, 3, 1]), node("Add", ["r", "b"], "z")],
                               {**constants, "b": weights(3)}, 48, dims=["N", 6, 6, 2], run=(3, 6, 6, 2))
    yield "nhwc_mean", picture(first + [node("Transpose", ["q"], "r", perm=[0, 2, 3, 1]),
                                        node("ReduceMean", ["r"], "z", axes=[1, 2])],
                               constants, 3, dims=["N", 6, 6, 2], run=(3, 6, 6, 2))
    yield "nhwc_concat", picture(first + [node("Transpose", ["q"], "r", perm=[0, 2, 3, 1]), node("Relu", ["r"], "s"),
                                          node("Concat", ["r", "s"], "z", axis=3)],
                                 constants, 96, dims=["N", 6, 6, 2], run=(3, 6, 6, 2))
    yield "grey_nhwc", picture([node("Reshape", ["x", "s"], "t"), node("Conv", ["t", "k"], "z")],
                               {"k": weights(3, 1, 3, 3), "s": ints(-1, 1, 6, 6)}, 48, dims=["N", 6, 6, 1],
                               run=(3, 6, 6, 1))
    yield "rows_only", picture([node("Unsqueeze", ["x", "a"], "t"), node("Conv", ["t", "k"], "z")],
                               {"k": weights(3, 1, 3, 3), "a": ints(1)}, 48, dims=["N", 6, 6], run=(3, 6, 6))
    yield "no_batch", picture([node("Unsqueeze", ["x", "a"], "t"), node("Conv", ["t", "k"], "z")],
                              {"k": weights(3, 2, 3, 3), "a": ints(0)}, 48, dims=[2, 6, 6], run=(2, 6, 6))
    yield "flat_input", (model([node("Relu", ["x"], "f")] + head(36)[0], head(36)[1], ["N", 36]), (3, 36))
    yield "flat_to_picture", picture([node("Reshape", ["x", "s"], "t"), node("Conv", ["t", "k"], "z")],
                                     {"k": weights(3, 1, 3, 3), "s": ints(0, 1, 6, 6)}, 48, dims=["N", 36],
                                     run=(3, 36))
    yield "bytes_input", picture([node("Cast", ["x"], "t", to=1), node("Div", ["t", "d"], "z")],
                                 {"d": numpy.float32(255)}, 72, kind=UINT8)
    yield "double_input", picture([node("Cast", ["x"], "z", to=1)], {}, 72, kind=DOUBLE)


def linears():
    flat = [node("Flatten", ["x"], "f")]
    dims, run = ["N", 2, 3, 3], (3, 2, 3, 3)
    yield "matmul", (model(flat + [node("MatMul", ["f", "w"], "p"), node("Add", ["p", "c"], "y")],
                           {"w": weights(18, 3), "c": weights(3)}, dims), run)
    yield "matmul_alone", (model(flat + [node("MatMul", ["f", "w"], "y")], {"w": weights(18, 3)}, dims), run)
    yield "gemm_plain", (model(flat + [node("Gemm", ["f", "w", "c"], "y")], {"w": weights(18, 3), "c": weights(1, 3)},
                               dims), run)
    yield "gemm_factors", (model(flat + [node("Gemm", ["f", "w", "c"], "y", alpha=0.5, beta=2.0, transB=1)],
                                 {"w": weights(3, 18), "c": weights(3)}, dims), run)
    yield "gemm_one_bias", (model(flat + [node("Gemm", ["f", "w", "c"], "y", transB=1)],
                                  {"w": weights(3, 18), "c": weights(1)}, dims), run)
    yield "gemm_without_bias", (model(flat + [node("Gemm", ["f", "w"], "y", transB=1)], {"w": weights(3, 18)}, dims),
                                run)
    one = [1, 2, 3, 3]
    column = [node("Reshape", ["x", "s"], "f")]
    yield "gemm_column", (model(column + [node("Gemm", ["f", "w", "c"], "y", transA=1)],
                                {"s": ints(18, 1), "w": weights(18, 3), "c": weights(3)}, one), one)
    yield "gemm_right", (model(column + [node("Gemm", ["w", "f", "c"], "r"), node("Transpose", ["r"], "y")],
                               {"s": ints(18, 1), "w": weights(3, 18), "c": weights(3, 1)}, one), one)
    yield "matmul_right", (model(column + [node("MatMul", ["w", "f"], "r"), node("Transpose", ["r"], "y")],
                                 {"s": ints(18, 1), "w": weights(3, 18)}, one), one)
    yield "turned_weights", (model(
        flat + [node("Transpose", ["w"], "t"), node("Reshape", ["c", "s"], "d"), node("MatMul", ["f", "t"], "p"),
                node("Add", ["p", "d"], "y")], {"w": weights(3, 18), "c": weights(1, 1, 3), "s": ints(3)}, dims), run)
    yield "folded_weights", (model(
        flat + [node("Mul", ["w", "a"], "t"), node("Concat", ["t", "t"], "u", axis=1),
                node("Slice", ["u", "b", "e", "ax"], "v"), node("MatMul", ["f", "v"], "y")],
        {"w": weights(18, 3), "a": weights(3), "b": ints(1), "e": ints(5), "ax": ints(1)}, dims), run)


def tails():
    flat = [node("Flatten", ["x"], "f")]
    dims, run = ["N", 2, 3, 3], (3, 2, 3, 3)
    linear = flat + [node("Gemm", ["f", "w", "c"], "s", transB=1)]
    constants = {"w": weights(3, 18), "c": weights(3)}
    yield "softmax", (model(linear + [node("Softmax", ["s"], "y")], constants, dims), run)
    yield "softmax_9", (model(linear + [node("Softmax", ["s"], "y", axis=-1)], constants, dims, opset=9), run)
    yield "log_softmax", (model(linear + [node("LogSoftmax", ["s"], "y", axis=1)], constants, dims), run)
    yield "softmax_log", (model(linear + [node("Softmax", ["s"], "p"), node("Log", ["p"], "y")], constants, dims), run)
    yield "two_outputs", (model(linear + [node("Softmax", ["s"], "y"), node("ArgMax", ["y"], "class", axis=1)],
                                constants, dims, outputs=("class", "y")), run)


def squeezes():
    tail, constants = head(2)
    nodes = [node("GlobalAveragePool", ["x"], "g"), node("Squeeze", ["g"], "f")]
    yield "squeezed_ones", (model(nodes + tail, constants, ["N", 2, 6, 6], opset=11), (3, 2, 6, 6))


def storages():
    dims, run = ["N", 2, 3, 3], (3, 2, 3, 3)
    flat = [node("Flatten", ["x"], "f")]
    constants = {"w": weights(3, 18), "c": weights(3)}
    linear = flat + [node("Gemm", ["f", "w", "c"], "y", transB=1)]
    yield "typed_floats", (model(linear, constants, dims, store="typed"), run)
    yield "listed_inputs", (model(linear, constants, dims, opset=8, listed=True), run)
    for store in ("raw", "typed"):
        for kind in (numpy.float16, numpy.float64):
            turned = [node("Cast", ["w"], "v", to=1)]
            gemm = [node("Gemm", ["f", "v", "c"], "y", transB=1)]
            yield f"{numpy.dtype(kind).name}_{store}", (
                model(flat + turned + gemm, {"w": constants["w"].astype(kind), "c": constants["c"]}, dims), run)
    wide = numpy.arange(-27, 27).reshape(3, 18).astype(numpy.int32)
    yield "integer_weights", (model(flat + [node("Cast", ["w"], "v", to=1), node("Gemm", ["f", "v"], "y", transB=1)],
                                    {"w": wide}, dims, store="typed"), run)


def input_of(name, shape):
    if name == "bytes_input":
        return draw.randint(0, 256, shape).astype(numpy.uint8)
    values = draw.uniform(-1, 1, shape).astype(numpy.float32)
    return values.astype(numpy.float64) if name == "double_input" else values


def by_onnx_runtime():
    import onnxruntime
    onnxruntime.set_default_logger_severity(3)
    arrays = {}
    for name, (file, shape, *modern) in cases():
        images = input_of(name, shape)
        session = onnxruntime.InferenceSession((modern or [file])[0], providers=["CPUExecutionProvider"])
        (output,) = session.run(["y"], {"x": images})
        arrays[name] = numpy.frombuffer(file, numpy.uint8)
        arrays[name + "_input"] = images.astype(numpy.float32)
        arrays[name + "_output"] = output
    return arrays


# ---- PyTorch -----------------------------------------------------------------------------------------------------
def by_pytorch():
    import torch
    from torch import nn

    def network(*layers):
        torch.manual_seed(5)
        layers = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.uniform_(-0.5, 0.5)
                layer.running_var.uniform_(0.5, 1.5)
        return layers.eval()

    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(6)
            self.conv1, self.conv2 = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 4, 3)
            self.fc1 = nn.Linear(4, 3)

        def forward(self, x):
            x = torch.relu(torch.max_pool2d(self.conv1(x), 2))
            x = torch.relu(self.conv2(x))
            return torch.log_softmax(self.fc1(x.view(x.size(0), -1)), 1)

    nets = {
        "named": (Named(), (1, 8, 8)),
        "norm": (network(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.BatchNorm2d(4),
                         nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(36, 3)), (1, 7, 7)),
        "activations": (network(nn.Conv2d(2, 4, 3, padding=1, groups=2), nn.PReLU(4), nn.ELU(0.5), nn.LeakyReLU(0.2),
                                nn.Tanh(), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3),
                                nn.Softmax(1)), (2, 6, 6)),
        "dropout": (network(nn.Flatten(), nn.Linear(16, 6), nn.Dropout(0.5), nn.ReLU(), nn.Linear(6, 3)), (1, 4, 4)),
        "zero_pad": (network(nn.ZeroPad2d((1, 2, 0, 1)), nn.Conv2d(1, 2, 3), nn.MaxPool2d(2, stride=1), nn.Flatten(),
                             nn.Linear(16, 3)), (1, 4, 4)),
    }
    arrays = {}
    for name, (net, shape) in nets.items():
        images = torch.rand((3,) + shape)
        for opset in (9, 11, 13, 16):
            for dynamic in (False, True):
                if name == "norm" and opset == 9:
                    continue  # averages that round up came with opset 10
                file = io.BytesIO()
                torch.onnx.export(net, images, file, opset_version=opset, input_names=["x"], output_names=["y"],
                                  dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}} if dynamic else None)
                case = f"{name}_{opset}" + ("_dynamic" if dynamic else "")
                arrays[case] = numpy.frombuffer(file.getvalue(), numpy.uint8)
                arrays[case + "_input"] = images.numpy()
                with torch.no_grad():
                    arrays[case + "_output"] = net(images).numpy()
    return arrays


folder = pathlib.Path(sys.argv[1])
for name, make in (("onnx_torch.npz", by_pytorch), ("onnx_graphs.npz", by_onnx_runtime)):
    try:
        made = make()
    except ImportError as missing:
        print(f"{name} stays as it is: {missing}")
        continue
    numpy.savez_compressed(folder / name, **made)
    print(f"{name}: {len(made) // 3} cases, {(folder / name).stat().st_size} bytes")
