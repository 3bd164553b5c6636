#!/usr/bin/env python3
"""Lentil, ONNX Runtime and PyTorch in turns, as the table of docs/benchmarks.md.

    tests/bench/compare_peers.py --lentil build/release/bin/lentil --onnxruntime-python VENV/bin/python --data MNIST

Two networks: the tutorial's LeNet, and mnist_new, which is that of today's pytorch/examples. With --data all of them
get the same images: MNIST's, those of its tests for inference and of its training half for training. Without it
Lentil gets digits that it draws, and the others random numbers; their times do not depend on what they are given.
PyTorch is taken from the Python that runs this, ONNX Runtime from any Python that has it (pip install onnxruntime). A
system that is not there is left out, with a line that says so. Every time is that of a process of its own; the rounds
take turns through all of them, so that what slows the machine down slows down all. A row with several threads has as
many cores; of PyTorch's training the faster of one and two threads is shown.
Lentil takes pixels and normalises them inside the call; the others are given floats, which spares them that.
Peers are called from Python, ONNX Runtime through an I/O binding: at batch 1 a few microseconds are Python's.
"""
import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

MOST_IMAGES = 2048  # as lentil bench
MEAN, STD = 0.1307, 0.3081


class Task(NamedTuple):
    network: str
    mode: str
    batch: int

    def title(self):
        return f"{self.network}, " + {"infer": "inference", "train": "training step"}[self.mode]


# Who does what: the tasks, and the threads of each system's rows.
SINGLE = {"Lentil": [1], "PyTorch": [1], "PyTorch, TorchScript": [1], "ONNX Runtime": [1]}
TASKS = {
    Task("lenet", "infer", 1): SINGLE,
    Task("lenet", "infer", 64): SINGLE,
    Task("lenet", "infer", 256): {"Lentil": [1, 2]},
    Task("lenet", "train", 64): {"Lentil": [1, 2], "PyTorch": [1, 2]},
    Task("mnist_new", "infer", 1): SINGLE,
    Task("mnist_new", "infer", 64): SINGLE,
}
WORKERS = {"Lentil": "lentil", "PyTorch": "torch", "PyTorch, TorchScript": "torchscript", "ONNX Runtime": "onnxruntime"}


def lenet(torch):
    """As in the tutorial."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(10, 20, 5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(320, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 10), nn.LogSoftmax(dim=1))


def mnist_new(torch):
    """As in pytorch/examples."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10), nn.LogSoftmax(dim=1))


NETWORKS = {"lenet": lenet, "mnist_new": mnist_new}


def read_idx(root, name):
    """What stands behind the header of one of MNIST's files, looked for where lentil looks."""
    header = 16 if "images" in name else 8
    for folder in (Path(root) / "MNIST/raw", Path(root) / "raw", Path(root)):
        for kind in ("-", "."):
            path = folder / f"{name}{kind}idx{3 if header == 16 else 1}-ubyte"
            if path.is_file():
                return path.read_bytes()[header:]
            packed = path.with_name(path.name + ".gz")
            if packed.is_file():
                with gzip.open(packed) as file:
                    return file.read()[header:]
    sys.exit(f"{root}: there is no {name} file of MNIST")


def batches(mode, batch, data):
    """Float images and labels for all calls, which take turns through them: a list of pairs."""
    import numpy
    if data and not data.startswith("synth"):
        part = "train" if mode == "train" else "t10k"
        pixels = numpy.frombuffer(read_idx(data, f"{part}-images"), numpy.uint8).reshape(-1, 1, 28, 28)[:MOST_IMAGES]
        images = ((pixels / 255 - MEAN) / STD).astype(numpy.float32)
        labels = numpy.frombuffer(read_idx(data, f"{part}-labels"), numpy.uint8)[:MOST_IMAGES].astype(numpy.int64)
    else:
        images = numpy.random.default_rng(1).random((512, 1, 28, 28), dtype=numpy.float32)
        labels = numpy.arange(512) % 10
    starts = range(0, len(images) - batch + 1, batch)
    return [(images[i:i + batch].copy(), labels[i:i + batch].copy()) for i in starts]


def median_us(call, seconds):
    """Of one call, after a third of the time to warm up. The call is told how many came before."""
    times = []
    for limit in (seconds / 3, seconds):
        times.clear()
        end = time.perf_counter() + limit
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            call(len(times))
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def torch_call(task, threads, data, scripted):
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = NETWORKS[task.network](torch)
    pairs = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches(task.mode, task.batch, data)]
    if task.mode == "train":
        sgd = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9)

        def step(number):
            images, labels = pairs[number % len(pairs)]
            sgd.zero_grad()
            torch.nn.functional.nll_loss(model(images), labels).backward()
            sgd.step()
        return step
    model.eval()
    if scripted:
        model = torch.jit.optimize_for_inference(torch.jit.script(model))

    def infer(number):
        with torch.inference_mode():
            model(pairs[number % len(pairs)][0])
    return infer


def onnxruntime_call(task, threads, data, path):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    bindings = []
    for images, _ in batches(task.mode, task.batch, data):
        binding = session.io_binding()
        binding.bind_cpu_input("x", images)
        binding.bind_output("y")
        bindings.append(binding)
    return lambda number: session.run_with_iobinding(bindings[number % len(bindings)])


def export_onnx(network, path):
    import torch
    model = NETWORKS[network](torch).eval()
    torch.onnx.export(model, torch.rand(1, 1, 28, 28), path, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


def work(words):
    """What a process of its own does: prints the microseconds of one call."""
    worker, network, mode, batch, threads, seconds, data, onnx = words
    task = Task(network, mode, int(batch))
    if worker == "onnxruntime":
        call = onnxruntime_call(task, int(threads), data, onnx)
    else:
        call = torch_call(task, int(threads), data, scripted=worker == "torchscript")
    print(median_us(call, float(seconds)))


class Comparison:
    def __init__(self, options, folder):
        self.options = options
        self.folder = Path(folder)
        self.systems = {"Lentil"}
        if self.has(sys.executable, "torch"):
            self.systems |= {"PyTorch", "PyTorch, TorchScript"}
            if self.has(options.onnxruntime_python, "onnxruntime"):
                self.systems.add("ONNX Runtime")
                for network in NETWORKS:
                    subprocess.run([sys.executable, __file__, "--export", network, self.onnx(network)], check=True,
                                   stdout=subprocess.DEVNULL)

    def onnx(self, network):
        return str(self.folder / f"{network}.onnx")

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

    def command(self, task, system, threads):
        o = self.options
        batch, seconds = str(task.batch), str(o.seconds)
        if system == "Lentil":
            train = ["--train"] if task.mode == "train" else []
            data = ["--data", o.data] if o.data else []
            return [o.lentil, "bench", task.network, "--batch", batch, "--threads", str(threads), "--seconds", seconds,
                    "--json", *train, *data]
        python = o.onnxruntime_python if system == "ONNX Runtime" else sys.executable
        return [python, __file__, "--work", WORKERS[system], task.network, task.mode, batch, str(threads), seconds,
                o.data, self.onnx(task.network)]

    def us_per_image(self, task, system, threads):
        cores = ",".join(self.options.cores.split(",")[:threads])
        pinned = ["taskset", "-c", cores, *self.command(task, system, threads)]
        done = subprocess.run(pinned, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(pinned)}: {done.stderr}")
        if system == "Lentil":
            return json.loads(done.stdout)["runs"][0]["us_per_image"]
        return float(done.stdout) / task.batch

    def run(self):
        """{task: {(system, threads): [us per image in each round]}}"""
        times = {}
        for number in range(self.options.rounds):
            print(f"round {number + 1} of {self.options.rounds}", file=sys.stderr)
            for task, systems in TASKS.items():
                for system, threads in ((s, t) for s in systems if s in self.systems for t in systems[s]):
                    rounds = times.setdefault(task, {}).setdefault((system, threads), [])
                    rounds.append(self.us_per_image(task, system, threads))
        return times


def with_best_of_peers(rows):
    """Rows of one task as (system, threads, rounds): of a peer with several numbers of threads the fastest."""
    for (system, threads), rounds in rows.items():
        tried = {t: r for (s, t), r in rows.items() if s == system}
        if system == "Lentil" or len(tried) == 1:
            yield system, str(threads), rounds
        elif rounds is min(tried.values(), key=statistics.median):
            yield system, f"{threads} (best of {', '.join(map(str, tried))})", rounds


def print_table(times):
    print("| | batch | system | threads | us per image | least, most | times Lentil's 1 thread |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for task, rows in times.items():
        for system, threads, rounds in with_best_of_peers(rows):
            # Within a round: what came and went between rounds is in neither.
            ratio = statistics.median(a / b for a, b in zip(rounds, rows["Lentil", 1]))
            print(f"| {task.title()} | {task.batch} | {system} | {threads} | {statistics.median(rounds):.2f} "
                  f"| {min(rounds):.2f}, {max(rounds):.2f} | {ratio:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lentil", default="build/release/bin/lentil")
    parser.add_argument("--onnxruntime-python", default=sys.executable)
    parser.add_argument("--data", default="", help="folder with the four MNIST files, or synth:... for Lentil alone")
    parser.add_argument("--cores", default="1,0", help="the processor cores to use, the first for one thread [1,0]")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each time in a round [1]")
    parser.add_argument("--export", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--work", nargs=8, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        return work(options.work)
    if options.export:
        return export_onnx(*options.export)
    with tempfile.TemporaryDirectory() as folder:
        print_table(Comparison(options, folder).run())


if __name__ == "__main__":
    main()
