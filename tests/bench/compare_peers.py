#!/usr/bin/env python3
"""LeNet in Lentil, ONNX Runtime and PyTorch: one thread, in turns, as the table of docs/benchmarks.md.

    tests/bench/compare_peers.py --lentil build/release/bin/lentil --onnxruntime-python VENV/bin/python

PyTorch is taken from the Python that runs this, ONNX Runtime from any Python that has it (pip install
onnxruntime). A system that is not there is left out, with a line that says so. Every time is that of a process
of its own; the rounds take turns through all of them, so that what slows the machine down slows down all.
Lentil takes pixels and normalises them inside the call; the others are given floats, which spares them that.
Peers are called from Python, ONNX Runtime through an I/O binding: at batch 1 a few microseconds are Python's.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASKS = [("infer", 1), ("infer", 64), ("train", 64)]
TITLES = {"infer": "inference", "train": "training step"}


def lenet(torch):
    """As in the tutorial."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(10, 20, 5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(320, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 10), nn.LogSoftmax(dim=1))


def median_us(call, seconds):
    """Of one call, after a third of the time to warm up."""
    times = []
    for limit in (seconds / 3, seconds):
        times.clear()
        end = time.perf_counter() + limit
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def torch_call(mode, batch, scripted):
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = lenet(torch)
    images, labels = torch.rand(batch, 1, 28, 28), torch.arange(batch) % 10
    if mode == "train":
        sgd = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9)

        def step():
            sgd.zero_grad()
            torch.nn.functional.nll_loss(model(images), labels).backward()
            sgd.step()
        return step
    model.eval()
    if scripted:
        model = torch.jit.optimize_for_inference(torch.jit.script(model))

    def infer():
        with torch.inference_mode():
            model(images)
    return infer


def onnxruntime_call(batch, path):
    import numpy
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    images = numpy.random.default_rng(1).random((batch, 1, 28, 28), dtype=numpy.float32)
    binding = session.io_binding()
    binding.bind_cpu_input("x", images)
    binding.bind_output("y")
    return lambda: session.run_with_iobinding(binding)


def export_onnx(path):
    import torch
    model = lenet(torch).eval()
    torch.onnx.export(model, torch.rand(1, 1, 28, 28), path, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


def work(words):
    """What a process of its own does: prints the microseconds of one call."""
    system, mode, batch, seconds, path = words[0], words[1], int(words[2]), float(words[3]), words[4]
    if system == "onnxruntime":
        call = onnxruntime_call(batch, path)
    else:
        call = torch_call(mode, batch, scripted=system == "torchscript")
    print(median_us(call, seconds))


class Comparison:
    def __init__(self, options, onnx):
        self.options = options
        self.onnx = onnx
        self.systems = {"Lentil": ("infer", "train")}
        if self.has(sys.executable, "torch"):
            self.systems |= {"PyTorch": ("infer", "train"), "PyTorch, TorchScript": ("infer",)}
            if self.has(options.onnxruntime_python, "onnxruntime"):
                subprocess.run([sys.executable, __file__, "--export", onnx], check=True, stdout=subprocess.DEVNULL)
                self.systems["ONNX Runtime"] = ("infer",)

    @staticmethod
    def has(python, module):
        """Says so if not."""
        find = f"import {module}; print({module}.__version__)"
        found = subprocess.run([python, "-c", find], capture_output=True, text=True)
        if found.returncode == 0:
            print(f"{module} {found.stdout.strip()}", file=sys.stderr)
        else:
            print(f"skipped: {python} has no module {module}", file=sys.stderr)
        return found.returncode == 0

    def command(self, system, mode, batch):
        seconds = str(self.options.seconds)
        if system == "Lentil":
            train = ["--train"] if mode == "train" else []
            return [self.options.lentil, "bench", "--batch", str(batch), "--seconds", seconds, "--json", *train]
        worker = {"PyTorch": "torch", "PyTorch, TorchScript": "torchscript", "ONNX Runtime": "onnxruntime"}[system]
        python = self.options.onnxruntime_python if worker == "onnxruntime" else sys.executable
        return [python, __file__, "--work", worker, mode, str(batch), seconds, self.onnx]

    def us_per_image(self, system, mode, batch):
        pinned = ["taskset", "-c", self.options.core, *self.command(system, mode, batch)]
        done = subprocess.run(pinned, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(pinned)}: {done.stderr}")
        if system == "Lentil":
            return json.loads(done.stdout)["runs"][0]["us_per_image"]
        return float(done.stdout) / batch

    def run(self):
        """{(mode, batch): {system: [us per image in each round]}}"""
        times = {}
        for number in range(self.options.rounds):
            print(f"round {number + 1} of {self.options.rounds}", file=sys.stderr)
            for mode, batch in TASKS:
                for system, modes in self.systems.items():
                    if mode in modes:
                        rounds = times.setdefault((mode, batch), {}).setdefault(system, [])
                        rounds.append(self.us_per_image(system, mode, batch))
        return times


def print_table(times):
    print("| | batch | system | us per image | least, most | times Lentil |\n|---|---:|---|---:|---:|---:|")
    for (mode, batch), systems in times.items():
        for system, rounds in systems.items():
            # Within a round: what came and went between rounds is in neither.
            ratio = statistics.median(a / b for a, b in zip(rounds, systems["Lentil"]))
            print(f"| {TITLES[mode]} | {batch} | {system} | {statistics.median(rounds):.2f} "
                  f"| {min(rounds):.2f}, {max(rounds):.2f} | {ratio:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lentil", default="build/release/bin/lentil")
    parser.add_argument("--onnxruntime-python", default=sys.executable)
    parser.add_argument("--core", default="1", help="the processor core that all of them use [1]")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each time in a round [1]")
    parser.add_argument("--export", help=argparse.SUPPRESS)
    parser.add_argument("--work", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        return work(options.work)
    if options.export:
        return export_onnx(options.export)
    with tempfile.TemporaryDirectory() as folder:
        print_table(Comparison(options, str(Path(folder) / "lenet.onnx")).run())


if __name__ == "__main__":
    main()
