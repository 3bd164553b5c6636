#!/usr/bin/env python3
"""Runs what lentil exported in ONNX Runtime, for onnx_test.cpp.

Usage: check_onnx.py FOLDER
FOLDER holds for each network NAME.onnx, NAME_input.npy (pixels, or floats as the graph takes them) and
NAME_output.npy, which is what it must make of them.
Exits with 77 where ONNX Runtime is not installed.
"""
import pathlib
import sys

try:
    import numpy
    import onnxruntime
except ImportError as missing:
    print(f"skipped: no ONNX Runtime for this Python ({missing})")
    sys.exit(77)

folder = pathlib.Path(sys.argv[1])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1


def probabilities(outputs):
    powers = numpy.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def check(name):
    session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    assert wanted.name == "input" and wanted.shape[0] == "N", f"{wanted.name} {wanted.shape}"
    images = numpy.load(folder / f"{name}_input.npy")
    expected = numpy.load(folder / f"{name}_output.npy")
    if images.dtype == numpy.uint8:
        images = images.astype(numpy.float32) / numpy.float32(255)
    (found,) = session.run(["output"], {"input": images.reshape([-1] + wanted.shape[1:])})
    found = found.reshape(expected.shape)
    difference = numpy.abs(probabilities(found) - probabilities(expected)).max()
    largest = (numpy.abs(found - expected) / numpy.maximum(numpy.abs(expected), 1)).max()
    assert difference <= 1e-5, f"probabilities differ by {difference}"
    assert largest <= 1e-4, f"outputs differ by {largest}"
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all(), "other classes"


names = sorted(path.stem for path in folder.glob("*.onnx"))
failed = 0
for name in names:
    try:
        check(name)
    except Exception as error:
        failed += 1
        print(f"{name}: {type(error).__name__}: {error}")
print(f"{len(names)} networks in ONNX Runtime {onnxruntime.__version__}, {failed} failed")
sys.exit(1 if failed or not names else 0)
