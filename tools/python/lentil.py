"""Lentil from Python, by ctypes alone: no build step, no package needed. NumPy arrays are welcome.

    import lentil
    network = lentil.Network("digits.lentil", mode=lentil.LEARN)
    print(network.classify(picture))          # (rows, columns[, channels]) of bytes, or (bytes, width, height)
    network.correct(picture, 7)
    print(network.learn())
    network.save("my.slots")                  # beside the model, which stays as it is

liblentil.so is what the environment variable LENTIL_LIBRARY names, or lies beside this file, or where the
system finds libraries.
"""

import collections
import ctypes as c
import os

SMALL, FAST = 0, 1
INFER, LEARN, TRAIN = 0, 1, 2
PIXELS, FLOATS = 0, 1
ANY_PICTURE, PREPARED_PICTURE = 0, 1
NONE = 0xFFFFFFFF
_OK, _ARENA_TOO_SMALL = 0, 60
_ALIGNMENT = 64


def _struct(name, **fields):
    return type(name, (c.Structure,), {"_fields_": list(fields.items())})


_u32, _u64, _pointer = c.c_uint32, c.c_uint64, c.c_void_p
_Error = _struct("Error", status=_u32, where=_u32, needed=_u64, given=_u64)
_Options = _struct("Options", mode=_u32, goal=_u32, input=_u32, pictures=_u32, velocity=_u32, trusted=_u32,
                   batch=_u32, train_last=_u32, corrections=_u32, replay=_u32, seed=_u64)
_Image = _struct("Image", pixels=_pointer, width=_u32, height=_u32, channels=_u32, stride=_u32)
_Answer = _struct("Answer", label=_u32, probability=c.c_float, x=_u32, y=_u32, width=_u32, height=_u32)
_GoOn = c.CFUNCTYPE(c.c_bool, _pointer, _u32, _u32)
_Learning = _struct("Learning", rate=c.c_float, passes=_u32, steps=_u32, go_on=_GoOn, context=_pointer)
_Score = _struct("Score", correct=_u32, total=_u32, loss=c.c_float)
_Lesson = _struct("Lesson", kept=_u32, stopped=_u32, steps=_u32, held_out=_u32, share=c.c_float,
                  corrections_before=_Score, corrections_after=_Score, replay_before=_Score, replay_after=_Score)
_Sgd = _struct("Sgd", rate=c.c_float, momentum=c.c_float, weight_decay=c.c_float, nesterov=_u32)
_Step = _struct("Step", loss=c.c_float, correct=_u32)
_Facts = _struct("Facts", channels=_u32, height=_u32, width=_u32, outputs=_u32, labels=_u32, corrections=_u32,
                 steps=_u32, weights_hash=_u64)
_Erase = c.CFUNCTYPE(c.c_bool, _pointer, _u32)
_Write = c.CFUNCTYPE(c.c_bool, _pointer, _u32, _u32, _pointer, _u32)
_Storage = _struct("Storage", context=_pointer, erase=_Erase, write=_Write, read=_Write, sync=_Erase,
                   slot_bytes=_u32, write_unit=_u32, velocity=_u32)
_Saved = _struct("Saved", bytes=_u64, sequence=_u32, slot=_u32, slots=_u32 * 2)

Answer = collections.namedtuple("Answer", "label probability name box probabilities")
Lesson = collections.namedtuple("Lesson", [field[0] for field in _Lesson._fields_])
Score = collections.namedtuple("Score", "correct total loss")
Step = collections.namedtuple("Step", "loss correct")
Facts = collections.namedtuple("Facts", [field[0] for field in _Facts._fields_])


def _load_library():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "liblentil.so")
    path = os.environ.get("LENTIL_LIBRARY") or (beside if os.path.exists(beside) else "liblentil.so.0")
    try:
        library = c.CDLL(path)
    except OSError as error:
        raise ImportError(f"{error}: set LENTIL_LIBRARY to the path of liblentil.so") from None
    for name, arguments in {
        "needed": [_pointer, c.c_size_t, c.POINTER(_Options), _pointer, c.c_size_t, c.POINTER(_u64)],
        "open": [c.POINTER(_pointer), _pointer, c.c_size_t, c.POINTER(_Options), _pointer, c.c_size_t],
        "classify": [_pointer, c.POINTER(_Image), c.POINTER(_Answer), _pointer, c.c_size_t],
        "run": [_pointer, _pointer, c.c_size_t, _u32, _pointer, c.c_size_t],
        "correct": [_pointer, c.POINTER(_Image), _u32],
        "learn": [_pointer, c.POINTER(_Learning), c.POINTER(_Lesson)],
        "train": [_pointer, _pointer, c.c_size_t, _pointer, _u32, c.POINTER(_Sgd), c.POINTER(_Step)],
        "load": [_pointer, c.POINTER(_Storage), c.POINTER(_Saved)],
        "save": [_pointer, c.POINTER(_Storage), c.POINTER(_Saved)],
        "undo": [_pointer, c.POINTER(_Storage), c.POINTER(_Saved)],
        "info": [_pointer, c.POINTER(_Facts)],
    }.items():
        function = getattr(library, "lentil_" + name)
        function.argtypes, function.restype = arguments, _Error
    library.lentil_label.argtypes, library.lentil_label.restype = [_pointer, _u32], c.c_char_p
    library.lentil_status_text.argtypes, library.lentil_status_text.restype = [_u32], c.c_char_p
    library.lentil_version.restype = c.c_char_p
    return library


_library = _load_library()
version = _library.lentil_version().decode()


class Error(Exception):
    """Has the numbers of lentil_error: status, where, needed, given."""

    def __init__(self, error, what):
        self.status, self.where, self.needed, self.given = error.status, error.where, error.needed, error.given
        text = _library.lentil_status_text(error.status).decode()
        super().__init__(f"{what}: {text} (where {error.where}, needed {error.needed}, given {error.given})")


def _check(error, what):
    if error.status != _OK:
        raise Error(error, what)


def _aligned(size):
    """Memory that begins at a multiple of 64, as (owner, address)."""
    owner = c.create_string_buffer(size + _ALIGNMENT)
    return owner, -(-c.addressof(owner) // _ALIGNMENT) * _ALIGNMENT


def _contiguous(values, item):
    """The values' bytes, each of `item` bytes, as a ctypes array that owns them."""
    view = memoryview(values)
    if view.itemsize != item:
        raise TypeError(f"elements have {view.itemsize} bytes, not {item}")
    return (c.c_char * view.nbytes).from_buffer_copy(view.tobytes())


def _image(picture):
    """(_Image, owner of its pixels) of an array of bytes, or of (bytes, width, height[, channels])."""
    if isinstance(picture, tuple):
        pixels, width, height, *rest = picture
        channels = rest[0] if rest else 1
    else:
        shape = memoryview(picture).shape
        if len(shape) not in (2, 3):
            raise TypeError("a picture has rows, columns and perhaps channels")
        pixels, (height, width), channels = picture, shape[:2], shape[2] if len(shape) == 3 else 1
    owner = _contiguous(pixels, 1)
    if len(owner) != width * height * channels:
        raise ValueError(f"{len(owner)} bytes are no picture of {width} x {height} x {channels}")
    return _Image(c.addressof(owner), width, height, channels, 0), owner


class Network:
    """A model file, opened. Options are those of lentil_options; goal is FAST here."""

    def __init__(self, model, goal=FAST, **options):
        if isinstance(model, (str, os.PathLike)):
            with open(model, "rb") as file:
                model = file.read()
        self._options = _Options(goal=goal, **options)
        self._model, address = _aligned(len(model))
        c.memmove(address, bytes(model), len(model))
        arguments = address, len(model), c.byref(self._options)
        needed = _u64()
        least = _library.lentil_needed(*arguments, None, 0, c.byref(needed))
        if least.status == _ARENA_TOO_SMALL:
            memory, place = _aligned(least.needed)
            least = _library.lentil_needed(*arguments, place, least.needed, c.byref(needed))
        _check(least, "opening the model")
        self._arena, place = _aligned(needed.value)
        self._network = _pointer()
        error = _library.lentil_open(c.byref(self._network), *arguments, place, needed.value)
        _check(error, "opening the model")

    @property
    def facts(self):
        facts = _Facts()
        _check(_library.lentil_info(self._network, c.byref(facts)), "asking")
        return Facts(*(getattr(facts, name) for name in Facts._fields))

    def label(self, index):
        name = _library.lentil_label(self._network, index)
        return str(index) if name is None else name.decode()

    def classify(self, picture):
        image, owner = _image(picture)
        answer, probabilities = _Answer(), (c.c_float * self.facts.outputs)()
        _check(_library.lentil_classify(self._network, c.byref(image), c.byref(answer), probabilities,
                                        len(probabilities)), "classifying")
        box = (answer.x, answer.y, answer.width, answer.height)
        return Answer(answer.label, answer.probability, self.label(answer.label), box, list(probabilities))

    def run(self, inputs, images=1):
        """Outputs of `images` inputs, one list each: bytes, or float32 if opened with input=FLOATS."""
        data = _contiguous(inputs, 4 if self._options.input == FLOATS else 1)
        count = self.facts.outputs
        outputs = (c.c_float * (count * images))()
        _check(_library.lentil_run(self._network, data, len(data), images, outputs, len(outputs)), "running")
        return [list(outputs[i * count:(i + 1) * count]) for i in range(images)]

    def correct(self, picture, label):
        image, owner = _image(picture)
        _check(_library.lentil_correct(self._network, c.byref(image), label), "correcting")

    def learn(self, rate=0, passes=0, steps=0, go_on=None):
        """go_on(step, steps) is called before each step; what is false ends the lesson."""
        watch = _GoOn(lambda context, step, steps: bool(go_on(step, steps))) if go_on else _GoOn()
        lesson = _Lesson()
        learning = _Learning(rate, passes, steps, watch, None)
        _check(_library.lentil_learn(self._network, c.byref(learning), c.byref(lesson)), "learning")
        values = (getattr(lesson, name) for name in Lesson._fields)
        return Lesson(*(Score(v.correct, v.total, v.loss) if isinstance(v, _Score) else v for v in values))

    def train(self, inputs, labels, rate=0, momentum=0, weight_decay=0, nesterov=False):
        data = _contiguous(inputs, 4 if self._options.input == FLOATS else 1)
        classes = bytes(bytearray(labels))
        sgd, step = _Sgd(rate, momentum, weight_decay, nesterov), _Step()
        _check(_library.lentil_train(self._network, data, len(data), classes, len(classes), c.byref(sgd),
                                     c.byref(step)), "training")
        return Step(step.loss, step.correct)

    def load(self, path):
        """The number of the save that is in force now; 0: the model's own weights."""
        return self._saved(_library.lentil_load, path, "loading")

    def save(self, path):
        return self._saved(_library.lentil_save, path, "saving")

    def undo(self, path):
        return self._saved(_library.lentil_undo, path, "undoing")

    def _saved(self, function, path, what):
        storage, saved = _FileStorage(path).hook(), _Saved()
        _check(function(self._network, c.byref(storage), c.byref(saved)), what)
        return saved.sequence


class _FileStorage:
    """Two slots in two files, PATH.0 and PATH.1, as long as what is in them."""

    slot_bytes = 1 << 30

    def __init__(self, path):
        self._path = path

    def _file(self, slot, mode):
        return open(f"{self._path}.{slot}", mode)

    def _erase(self, context, slot):
        with self._file(slot, "wb"):
            return True

    def _write(self, context, slot, offset, data, count):
        with self._file(slot, "r+b") as file:
            file.seek(offset)
            return file.write(c.string_at(data, count)) == count

    def _read(self, context, slot, offset, data, count):
        try:
            with self._file(slot, "rb") as file:
                file.seek(offset)
                found = file.read(count)
        except FileNotFoundError:
            found = b""
        c.memmove(data, found.ljust(count, b"\0"), count)
        return True

    def _sync(self, context, slot):
        with self._file(slot, "rb") as file:
            os.fsync(file.fileno())
        return True

    def hook(self):
        def guarded(function):
            def call(*arguments):
                try:
                    return function(*arguments)
                except OSError:
                    return False
            return call

        return _Storage(None, _Erase(guarded(self._erase)), _Write(guarded(self._write)),
                        _Write(guarded(self._read)), _Erase(guarded(self._sync)), self.slot_bytes, 1, 1)
