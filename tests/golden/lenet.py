"""The tutorial's LeNet without dropout in PyTorch, and images of the formula; lenet.h makes the same in C++."""
import numpy as np
import torch
import torch.nn.functional as F

from formula import formula_bits, formula_values

IMAGES = 6400
BATCH = 64
RATE = 0.005
MOMENTUM = 0.9
TENSORS = [
    # name, shape, fan in: streams 1 to 8
    ("conv1.weight", (10, 1, 5, 5), 25),
    ("conv1.bias", (10,), 25),
    ("conv2.weight", (20, 10, 5, 5), 250),
    ("conv2.bias", (20,), 250),
    ("fc1.weight", (50, 320), 320),
    ("fc1.bias", (50,), 320),
    ("fc2.weight", (10, 50), 50),
    ("fc2.bias", (10,), 50),
]


def images_and_labels():
    """float32 [IMAGES][1][28][28], normalised, and int64 [IMAGES]."""
    image = np.arange(IMAGES, dtype=np.int64)
    label = formula_bits(100, image) % 10
    wrong = formula_bits(101, image) % 10 == 0
    shown = np.where(wrong, formula_bits(102, image) % 10, label).astype(np.int64)[:, None, None]
    phase = (formula_bits(103, image) % 9).astype(np.int64)[:, None, None]
    row, column = np.mgrid[0:28, 0:28]
    bright = (column * (shown % 5) + row * (shown // 5 + 1) + phase) % 9 < 3
    noise = formula_bits(104, image[:, None, None] * 784 + row * 28 + column) % 96
    inside = (row >= 4) & (row < 24) & (column >= 4) & (column < 24)
    pixels = np.where(inside, noise + np.where(bright, 120, 20), 0).astype(np.float32)
    values = (pixels / np.float32(255) - np.float32(0.1307)) / np.float32(0.3081)
    return torch.from_numpy(values[:, None]), torch.from_numpy(label.astype(np.int64))


class LeNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = torch.nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = torch.nn.Linear(320, 50)
        self.fc2 = torch.nn.Linear(50, 10)
        with torch.no_grad():
            for stream, (name, shape, fan_in) in enumerate(TENSORS, 1):
                bound = np.float32(1 / np.sqrt(fan_in))
                self.get_parameter(name).copy_(torch.from_numpy(formula_values(stream, shape, bound)))

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


def train(steps, before_step=lambda weights, velocities: None):
    """SGD over the batches in order, on one thread. Returns the losses and the final parameters.

    before_step gets the parameters and their velocities (zeros at first) before each step and after the last.
    """
    torch.set_num_threads(1)
    images, labels = images_and_labels()
    model = LeNet()
    parameters = [model.get_parameter(name) for name, _, _ in TENSORS]
    optimizer = torch.optim.SGD(parameters, lr=RATE, momentum=MOMENTUM)

    def velocities():
        return [optimizer.state[p].get("momentum_buffer", torch.zeros_like(p)) for p in parameters]

    losses = []
    for step in range(steps):
        before_step(parameters, velocities())
        batch = torch.arange(step * BATCH, (step + 1) * BATCH) % IMAGES
        optimizer.zero_grad()
        loss = F.nll_loss(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    before_step(parameters, velocities())
    return losses, parameters
