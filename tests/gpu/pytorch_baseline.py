#!/usr/bin/env python3
"""PyTorch's times for the tutorial's LeNet, as one line of JSON:

    tests/gpu/pytorch_baseline.py --variant eager|compiled|graph [--device cuda|cpu] [--quick]

For PyTorch 1.13 and 2.x. `compiled` is torch.compile(mode="reduce-overhead"), which needs 2.x, Triton and a C compiler;
`graph` is a CUDA graph of the whole call or step, captured once. In float32, tf32 off. Training: batch 64, momentum 0.9,
images on the device, shuffled there; full batches only. Inference at batch 1 begins and ends in the host's memory; larger
batches lie on the device, and a call ends when the device is done.
"""
import argparse
import json
import statistics
import sys
import time

import torch

TRAIN_IMAGES, BATCH = 60000, 64


def lenet():
    """As in the tutorial."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(10, 20, 5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(320, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 10), nn.LogSoftmax(dim=1))


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def captured(work):
    """A call that replays `work`, after some real ones on another stream as PyTorch's manual asks for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = work()
    return graph.replay, result


def inference_call(variant, device, batch):
    """A function that does everything of one call."""
    model = lenet().to(device).eval()
    if variant == "compiled":
        model = torch.compile(model, mode="reduce-overhead")
    on_host = batch == 1
    images = torch.rand(batch, 1, 28, 28)
    source = images.pin_memory() if device == "cuda" else images
    static = source.to(device)
    if variant == "graph":
        with torch.no_grad():
            replay, output = captured(lambda: model(static))

    def call():
        with torch.no_grad():
            if on_host:
                static.copy_(source, non_blocking=True)
            if variant == "graph":
                replay()
                result = output
            else:
                result = model(static)
            if on_host:
                result.cpu()
        wait(device)
    return call


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def time_inference(variant, device, batch, seconds):
    call = inference_call(variant, device, batch)
    for _ in range(10):
        call()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return {"batch": batch, "calls": len(times), "p50_us": statistics.median(times) * 1e6,
            "p99_us": quantile(times, 0.99) * 1e6, "images_per_second": batch * len(times) / sum(times)}


class Training:
    def __init__(self, variant, device, images):
        torch.manual_seed(1)
        self.device = device
        self.images = torch.rand(images, 1, 28, 28, device=device)
        self.labels = torch.randint(0, 10, (images,), device=device)
        self.chosen = torch.zeros(BATCH, dtype=torch.int64, device=device)
        self.model = lenet().to(device).train()
        self.sgd = torch.optim.SGD(self.model.parameters(), lr=0.005, momentum=0.9)
        self.forward = torch.compile(self.model, mode="reduce-overhead") if variant == "compiled" else self.model
        self.step = captured(self.one_step)[0] if variant == "graph" else self.one_step

    def one_step(self):
        self.sgd.zero_grad(set_to_none=True)
        loss = torch.nn.functional.nll_loss(self.forward(self.images[self.chosen]), self.labels[self.chosen])
        loss.backward()
        self.sgd.step()

    def epoch(self):
        order = torch.randperm(len(self.images), device=self.device)
        for first in range(0, len(order) - BATCH + 1, BATCH):
            self.chosen.copy_(order[first:first + BATCH])
            self.step()
        wait(self.device)


def time_training(variant, device, images, rounds):
    training = Training(variant, device, images)
    training.epoch()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        training.epoch()
        times.append(time.perf_counter() - start)
    return {"images": images // BATCH * BATCH, "batch": BATCH, "rounds": rounds, "seconds": statistics.median(times),
            "least": min(times), "most": max(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=("eager", "compiled", "graph"), default="eager")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="few images and rounds, to see that it runs")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("PyTorch sees no GPU; --device cpu shows that this script runs")
    if options.device == "cpu" and options.variant == "graph":
        sys.exit("there are no CUDA graphs without a GPU")
    if options.variant == "compiled" and not hasattr(torch, "compile"):
        sys.exit(f"PyTorch {torch.__version__} has no torch.compile; it came with 2.0")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    batches, seconds, images, rounds = ((1, 64), 0.05, 640, 1) if options.quick else ((1, 64, 1024, 8192), 1, TRAIN_IMAGES, 3)
    name = torch.cuda.get_device_name() if options.device == "cuda" else "cpu"
    found = {"variant": options.variant, "version": torch.__version__, "device": name}
    found["inference"] = [time_inference(options.variant, options.device, b, seconds) for b in batches]
    found["training"] = time_training(options.variant, options.device, images, rounds)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
