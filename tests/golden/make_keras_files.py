#!/usr/bin/env python3
"""Small Keras files with weights from a seeded generator, and what PyTorch says they compute.

    /usr/bin/python3 tests/golden/make_keras_files.py     (python3-h5py, python3-torch; Keras is not needed)

Writes tests/formats/import/data/*.h5, *.keras and tests/golden/keras_files.h. The files are laid out as Keras
2 and 3 write them. The input is picture() of tests/golden/tf_reference.py.
"""
import io
import json
import os
import zipfile

import h5py
import numpy as np
import torch
import torch.nn.functional as F

import tf_reference as tf

FOLDER = os.path.join(os.path.dirname(__file__), "../formats/import/data")
rng = np.random.default_rng(20)


def draw(*sizes):
    return (rng.standard_normal(sizes) * 0.4).astype(np.float32)


def conv(name, out, kernel, **settings):
    config = dict(name=name, filters=out, kernel_size=list(kernel), strides=[1, 1], padding="valid",
                  data_format="channels_last", dilation_rate=[1, 1], groups=1, activation="linear", use_bias=True)
    return ["Conv2D", {**config, **settings}]


def dense(name, units, activation="linear", use_bias=True):
    return ["Dense", dict(name=name, units=units, activation=activation, use_bias=use_bias)]


def stats(channels):
    return draw(channels), np.abs(draw(channels)) + 0.5


def save_h5(file, model, weights, version="2.9.0", **options):
    """weights: {layer: {"kernel:0": array}}, layers of models within under "outer/inner"."""
    with h5py.File(os.path.join(FOLDER, file), "w", **options) as f:
        if model is not None:
            f.attrs["model_config"] = json.dumps(model).encode()
        f.attrs["keras_version"] = version.encode()
        f.attrs["backend"] = b"tensorflow"
        root = f.create_group("model_weights") if model is not None else f
        root.attrs["layer_names"] = np.array([k.encode() for k in weights])
        for layer, tensors in weights.items():
            g = root.create_group(layer)
            g.attrs["weight_names"] = np.array([f"{layer}/{k}".encode() for k in tensors] or [b""])
            for key, value in tensors.items():
                path = key if "/" in key else f"{layer}/{key}"
                packed = dict(chunks=(5, 4), compression="gzip", shuffle=True) if value.shape == (48, 6) else {}
                g.create_dataset(path, data=value, **packed)
        f.create_group("optimizer_weights").create_dataset("iter:0", data=np.int64(7))


def save_keras(file, model, tensors):
    """tensors: {"layers/dense/vars/0": array}"""
    h5 = io.BytesIO()
    with h5py.File(h5, "w") as f:
        for path, value in tensors.items():
            f.create_dataset(path, data=value)
        f.create_dataset("optimizer/vars/0", data=np.int64(7))
    with zipfile.ZipFile(os.path.join(FOLDER, file), "w") as z:
        for name, data in [("metadata.json", json.dumps({"keras_version": "3.1.1"}).encode()),
                           ("config.json", json.dumps(model).encode()), ("model.weights.h5", h5.getvalue())]:
            z.writestr(zipfile.ZipInfo(name), data)


def sequential(name, layers, shape=None, key="batch_input_shape"):
    items = [{"class_name": kind, "config": dict(config)} for kind, config in layers]
    if shape:
        items[0]["config"][key] = [None, *shape]
    return {"class_name": "Sequential", "config": {"name": name, "layers": items}}


def make_chain():
    """Padding, batch-norm, odd windows, a flatten by rows, columns, channels."""
    k1, b1, k2 = draw(3, 3, 2, 3), draw(3), draw(2, 3, 3, 4)
    beta, (mean, var) = draw(4), stats(4)
    k3, b3, alpha, k4 = draw(48, 6), draw(6), np.abs(draw(6)), draw(6, 5)
    layers = [conv("conv2d_7", 3, (3, 3), strides=[2, 2], padding="same", activation="relu"),
              ["ZeroPadding2D", dict(name="zeros", padding=[[1, 0], [0, 2]], data_format="channels_last")],
              conv("second", 4, (2, 3), use_bias=False),
              ["BatchNormalization", dict(name="bn", axis=[3], epsilon=0.01, scale=False, center=True)],
              ["LeakyReLU", dict(name="leaky", alpha=0.2)],
              ["SpatialDropout2D", dict(name="spatial", rate=0.25)],
              ["MaxPooling2D", dict(name="pool", pool_size=[2, 1], strides=[3, 1], padding="same")],
              ["AveragePooling2D", dict(name="mean", pool_size=[2, 2], strides=[1, 1], padding="same")],
              ["GaussianNoise", dict(name="noise", stddev=0.1)],
              ["Flatten", dict(name="flatten", data_format="channels_last")],
              ["Dropout", dict(name="dropout", rate=0.5)], dense("hidden", 6, "tanh"),
              ["PReLU", dict(name="slopes", shared_axes=None)], dense("last", 5, "softmax", False)]
    save_h5("chain.h5", sequential("chain", layers, (12, 11, 2)),
            {"conv2d_7": {"kernel:0": k1, "bias:0": b1}, "second": {"kernel:0": k2},
             "bn": {"beta:0": beta, "moving_mean:0": mean, "moving_variance:0": var}, "flatten": {},
             "hidden": {"kernel:0": k3, "bias:0": b3}, "slopes": {"alpha:0": alpha}, "last": {"kernel:0": k4}})
    x = tf.picture(2, 12, 11)
    x = F.relu(tf.conv(x, k1, b1, (2, 2), "same"))
    x = tf.conv(F.pad(x, (0, 2, 1, 0)), k2)
    x = F.batch_norm(x, torch.tensor(mean), torch.tensor(var), None, torch.tensor(beta), eps=0.01)
    x = tf.max_pool(F.leaky_relu(x, 0.2), (2, 1), (3, 1), "same")
    x = tf.average_pool(x, (2, 2), (1, 1), "same")
    x = torch.tanh(tf.flat(x) @ torch.tensor(k3) + torch.tensor(b3))
    x = F.prelu(x, torch.tensor(alpha)) @ torch.tensor(k4)
    return "chain.h5", (2, 12, 11), F.softmax(x, 1)


def branches(tensors):
    """What both files with branches compute."""
    depth, point, pb, one, h, hb, o, ob, mean, var = tensors
    x = tf.picture(2, 7, 6) * torch.tensor(1 / 0.5) - 1
    x = (x - torch.tensor(mean).view(1, 2, 1, 1)) / torch.tensor(var).sqrt().view(1, 2, 1, 1)
    a = tf.depthwise(x, depth, None, (1, 1), "same")
    a = F.relu(tf.conv(a, point, pb))
    b = tf.conv(x, one)
    x = torch.cat([a + b, a * b], 1)
    x = x.mean((2, 3))
    x = F.elu(x @ torch.tensor(h) + torch.tensor(hb))
    return x @ torch.tensor(o) + torch.tensor(ob)


def draw_branches():
    return (draw(3, 3, 2, 2), draw(1, 1, 4, 4), draw(4), draw(1, 1, 2, 4), draw(8, 5), draw(5),
            draw(5, 3), draw(3), draw(2), np.abs(draw(2)) + 0.5)


def graph(tensors, node, version3):
    """The same graph as Keras 2 and Keras 3 write it; node(names) spells its edges."""
    mean, var = (None, None) if version3 else (tensors[8].tolist(), tensors[9].tolist())
    head = sequential("head", [dense("hidden", 5, "elu"), dense("logits", 3)], (8,),
                      "batch_shape" if version3 else "batch_input_shape")
    shape_key = "batch_shape" if version3 else "batch_input_shape"
    layers = [("InputLayer", "picture", {shape_key: [None, 7, 6, 2]}, []),
              ("Concatenate", "joined", dict(axis=-1), ["sum", "product"]),  # before its inputs
              ("Rescaling", "rescaling", dict(scale=1 / 0.5, offset=-1.0), ["picture"]),
              ("Normalization", "normal", dict(axis=[-1], mean=mean, variance=var), ["rescaling"]),
              ("SeparableConv2D", "separable", {**conv("separable", 4, (3, 3), padding="same", activation="relu")[1]},
               ["normal"]),
              ("Conv2D", "one", conv("one", 4, (1, 1), use_bias=False)[1], ["normal"]),
              ("Add", "sum", {}, ["separable", "one"]), ("Multiply", "product", {}, ["separable", "one"]),
              ("GlobalAveragePooling2D", "average", dict(data_format="channels_last"), ["joined"]),
              ("Sequential", "head", head["config"], ["average"])]
    items = [{"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": node(inputs)}
             for kind, name, config, inputs in layers]
    return {"class_name": "Functional",
            "config": {"name": "graph", "layers": items, "input_layers": [["picture", 0, 0]],
                       "output_layers": [["head", 0 if version3 else 1, 0]]}}


def make_branches():
    t = draw_branches()
    node = lambda names: [[[n, 0, 0, {}] for n in names]] if names else []
    save_h5("branches.h5", graph(t, node, False),
            {"separable": {"depthwise_kernel:0": t[0], "pointwise_kernel:0": t[1], "bias:0": t[2]},
             "one": {"kernel:0": t[3]},
             "head": {"hidden/kernel:0": t[4], "hidden/bias:0": t[5], "logits/kernel:0": t[6], "logits/bias:0": t[7]}})
    return "branches.h5", (2, 7, 6), branches(t)


def make_archive():
    t = draw_branches()

    def node(names):
        args = [{"class_name": "__keras_tensor__",
                 "config": {"shape": [None, 1], "dtype": "float32", "keras_history": [n, 0, 0]}} for n in names]
        return [{"args": args if len(args) == 1 else [args], "kwargs": {}}] if names else []

    s, o, h = "layers/separable_conv2d/vars/", "layers/conv2d/vars/", "layers/sequential/layers/"
    save_keras("branches.keras", graph(t, node, True),
               {s + "0": t[0], s + "1": t[1], s + "2": t[2], o + "0": t[3], h + "dense/vars/0": t[4],
                h + "dense/vars/1": t[5], h + "dense_1/vars/0": t[6], h + "dense_1/vars/1": t[7],
                "layers/normalization/vars/0": t[8], "layers/normalization/vars/1": t[9],
                "layers/normalization/vars/2": np.int64(3)})
    return "branches.keras", (2, 7, 6), branches(t)


def make_channels_first():
    """Flatten with its own setting turns the channels to the end; the file is of HDF5's newest version."""
    k1, b1, k2 = draw(3, 3, 2, 3), draw(3), draw(3 * 4 * 3, 4)
    layers = [conv("c", 3, (3, 3), data_format="channels_first", activation="relu"),
              ["Flatten", dict(name="f", data_format="channels_first")], dense("d", 4, use_bias=False)]
    save_h5("channels_first.h5", sequential("first", layers, (2, 6, 5)),
            {"c": {"kernel": k1, "bias": b1}, "d": {"kernel": k2}}, "3.0.0", libver="latest")
    x = F.relu(tf.conv(tf.picture(2, 6, 5), k1, b1))
    return "channels_first.h5", (2, 6, 5), tf.flat(x) @ torch.tensor(k2)


def make_hostile():
    with h5py.File(os.path.join(FOLDER, "links.h5"), "w") as f:
        a = f.create_group("a")
        a["round"] = f["/"]  # hard
        a["soft"] = h5py.SoftLink("/a/soft")
        a["outside"] = h5py.ExternalLink("chain.h5", "/model_weights")
        a.create_dataset("kernel:0", data=np.arange(6, dtype="f4").reshape(2, 3))
        f["b"] = a
    with h5py.File(os.path.join(FOLDER, "huge.h5"), "w") as f:
        f.create_dataset("a/a/kernel:0", shape=(1 << 40, 1 << 20), dtype="f4", chunks=(16, 16))


references = [make_chain(), make_branches(), make_archive(), make_channels_first()]
save_h5("weights_only.h5", None, {"conv": {"kernel:0": np.arange(24, dtype="f4").reshape(2, 3, 2, 2)},
                                  "bn": {"gamma:0": draw(2), "moving_variance:0": stats(2)[1]},
                                  "fc": {"kernel:0": np.arange(6, dtype="f8").reshape(3, 2), "bias:0": draw(2)}})
make_hostile()
tf.write_header("keras_files.h", "kKerasFiles", "make_keras_files.py", references)
