"""Numbers that Python and C++ (formula.h) make alike, so that golden values need no files of inputs."""
import numpy as np


def formula_bits(stream, index):
    """32 well-mixed bits for each index: the mixer "lowbias32" by Chris Wellons."""
    x = (np.uint64(stream) * np.uint64(0x9E3779B9) + np.asarray(index, np.uint64)).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def formula_values(stream, shape, bound=1.0):
    """float32 values in [-bound, bound), in row-major order."""
    bits = formula_bits(stream, np.arange(np.prod(shape, dtype=np.int64)))
    unit = (bits >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
    return (unit * np.float32(bound)).reshape(shape)
