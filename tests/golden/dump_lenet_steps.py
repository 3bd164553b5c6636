#!/usr/bin/env python3
"""Writes PyTorch's own state along 1,000 steps of LeNet, for lenet_steps_test.cpp.

Usage: dump_lenet_steps.py FILE [STEPS]
FILE: float32, little-endian, 2 x 21,840 for each of STEPS + 1 states: the parameters in the order of the
state_dict, then their velocities. State s is the one before step s and after step s - 1; 175 MB for 1,000.
Exits with 77 where PyTorch is not installed.
"""
import os
import sys

path = sys.argv[1]
steps = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
if os.path.exists(path):
    os.remove(path)  # what an older script wrote must not pass for this one's
try:
    from lenet import train
except ImportError as missing:
    print(f"skipped: no PyTorch for this Python ({missing})")
    sys.exit(77)

with open(path + ".part", "wb") as file:

    def write(parameters, velocities):
        for tensor in parameters + velocities:
            file.write(tensor.detach().numpy().astype("<f4").tobytes())

    losses, _ = train(steps, write)
os.rename(path + ".part", path)
print(f"{steps} steps, loss {losses[0]:.4f} at the first and {losses[-1]:.4f} at the last, in {path}")
