#!/usr/bin/env python3
"""Runs what lentil exported in PyTorch, for pytorch_test.cpp.

Usage: check_pytorch.py FOLDER
FOLDER holds for each network NAME.py, NAME.safetensors, NAME.npz, NAME.pt, NAME_input.npy (pixels, or floats as
the network takes them) and NAME_output.npy, which is what it must make of them.
Exits with 77 where PyTorch is not installed.
"""
import importlib
import pathlib
import sys

try:
    import numpy
    import torch
except ImportError as missing:
    print(f"skipped: no PyTorch for this Python ({missing})")
    sys.exit(77)

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
sys.dont_write_bytecode = True
torch.set_num_threads(1)


def probabilities(outputs):
    return torch.softmax(outputs, dim=1)


def check(name):
    module = importlib.import_module(name)
    images = torch.from_numpy(numpy.load(folder / f"{name}_input.npy"))
    expected = torch.from_numpy(numpy.load(folder / f"{name}_output.npy"))
    if images.dtype == torch.uint8:
        images = module.normalize(images)
    network = module.load()
    with torch.no_grad():
        found = network(images).reshape(expected.shape)
    difference = (probabilities(found) - probabilities(expected)).abs().max().item()
    largest = ((found - expected).abs() / expected.abs().clamp(min=1)).max().item()
    assert difference <= 1e-5, f"probabilities differ by {difference}"
    assert largest <= 1e-4, f"outputs differ by {largest}"
    assert torch.equal(found.argmax(1), expected.argmax(1)), "other classes"
    weights = network.state_dict()
    for ending in (".npz", ".pt"):
        other = module.load(str(folder / (name + ending))).state_dict()
        assert list(other) == list(weights), f"{ending}: {list(other)} instead of {list(weights)}"
        for key in weights:
            assert other[key].numpy().tobytes() == weights[key].numpy().tobytes(), f"{ending}: {key}"
    saved = torch.load(folder / (name + ".pt"), weights_only=True)
    assert set(saved) == set(weights), f"keys {set(saved) ^ set(weights)}"
    network.load_state_dict(torch.load(folder / (name + ".pt")))


names = sorted(path.stem for path in folder.glob("*.py"))
failed = 0
for name in names:
    try:
        check(name)
    except Exception as error:
        failed += 1
        print(f"{name}: {type(error).__name__}: {error}")
print(f"{len(names)} networks in PyTorch {torch.__version__}, {failed} failed")
sys.exit(1 if failed or not names else 0)
