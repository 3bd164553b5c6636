"""tools/python/lentil.py with a real model: python_test.py MODEL FOLDER. NumPy is used where it is installed."""
import os
import sys

import lentil

try:
    import numpy
except ImportError:
    numpy = None


def bar(upright, first):
    """A bar of ink on paper: rows of bytes, 60 x 60."""
    pixels = bytearray(220 for _ in range(3600))
    for along in range(first, 50):
        for across in range(27, 33):
            pixels[along * 60 + across if upright else across * 60 + along] = 30
    return bytes(pixels), 60, 60


def expect(condition, what):
    if not condition:
        sys.exit(f"not so: {what}")


def refused(call, status):
    try:
        call()
    except lentil.Error as error:
        expect(error.status == status, f"{error} has status {status}")
        return error
    sys.exit(f"not refused with {status}")


def check_answers(model):
    network = lentil.Network(model)
    answer = network.classify(bar(True, 10))
    expect(answer.label == 1 and answer.name == "1", f"an upright bar is a 1, not {answer}")
    expect(answer.probability == max(answer.probabilities), "the answer is the likeliest class")
    expect(answer.box[2] < 12 and answer.box[3] > 30, f"the bar is found: {answer.box}")
    small = lentil.Network(model, goal=lentil.SMALL, pictures=lentil.PREPARED_PICTURE)
    pixels = bytes(range(256)) * 3 + bytes(16)
    expect(small.run(pixels) == lentil.Network(model, pictures=lentil.PREPARED_PICTURE).run(pixels),
           "small and fast give the same bits")
    error = refused(lambda: small.run(pixels[1:]), 67)
    expect((error.needed, error.given) == (784, 783), "the failure has numbers")
    refused(lambda: small.correct((pixels, 28, 28), 1), 65)
    refused(lambda: lentil.Network(b"x" * 100), 11)
    if numpy is not None:
        array = numpy.frombuffer(bar(True, 10)[0], numpy.uint8).reshape(60, 60)
        expect(network.classify(array) == answer, "NumPy's arrays are pictures")
        colour = numpy.repeat(array[:, :, None], 3, axis=2)
        expect(network.classify(colour[:, ::1]).label == 1, "so are those in colour")
        expect(network.classify(array[:, ::-1]).label == 1, "and views that are not contiguous")


def check_learning(model, slots):
    network = lentil.Network(model, mode=lentil.LEARN, corrections=16)
    before = network.facts.weights_hash
    for i in range(12):
        network.correct(bar(i % 2 == 0, 8 + i // 2), 1 if i % 2 == 0 else 7)
    asked = []
    lesson = network.learn(passes=5, go_on=lambda step, steps: asked.append(step) or step < 2)
    expect(lesson.stopped == 1 and asked == [0, 1, 2] and network.facts.weights_hash == before, "a lesson stops")
    lesson = network.learn(passes=10)
    expect(lesson.kept == 1 and lesson.corrections_after.correct > lesson.corrections_before.correct, f"{lesson}")
    expect(network.save(slots) == 1, "the first save is number 1")
    learnt = network.facts.weights_hash
    other = lentil.Network(model, mode=lentil.LEARN, corrections=16)
    expect(other.load(slots) == 1 and other.facts.weights_hash == learnt, "what was saved is loaded")
    expect(other.undo(slots) == 0 and other.facts.weights_hash == before, "and undone")
    refused(lambda: network.save(os.path.join(slots, "no", "such", "folder")), 110)


def check_training(model):
    network = lentil.Network(model, mode=lentil.TRAIN, batch=2, seed=5)
    pixels = bytes(i * 7 % 256 for i in range(2 * 784))
    losses = [network.train(pixels, [3, 4], rate=0.01, momentum=0.5).loss for _ in range(20)]
    expect(losses[-1] < losses[0] and network.facts.steps == 20, f"training lowers the loss: {losses}")


for slot in (".0", ".1"):
    if os.path.exists(sys.argv[2] + slot):
        os.remove(sys.argv[2] + slot)
check_answers(sys.argv[1])
check_learning(sys.argv[1], sys.argv[2])
check_training(sys.argv[1])
print("lentil", lentil.version, "from Python,", "with" if numpy else "skipped: without", "NumPy")
