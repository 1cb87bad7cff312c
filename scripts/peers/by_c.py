"""The C programs beside this file, compiled here by gcc -O3 -march=native and called through ctypes."""

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
FLAGS = ["-O3", "-march=native", "-fopenmp-simd", "-std=gnu11"]


def build():
    with tempfile.TemporaryDirectory(prefix="deltalab-c-") as folder:
        out = Path(folder) / "peers.so"
        subprocess.run(["gcc", *FLAGS, "-shared", "-fPIC", "-o", out, HERE / "small.c", HERE / "batch.c", "-lm"], check=True)
        return ctypes.CDLL(str(out))


LIBRARY = build()


def aligned(shape, dtype=np.float64):
    """Zeros whose first byte lies on a boundary of 64."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(dtype).reshape(shape)


def copied(array, dtype=np.float64):
    out = aligned(array.shape, dtype)
    out[:] = array
    return out


def call(name, *args):
    """Arrays go as pointers, integers as int or, where they count epochs or trials, as long."""
    kinds = {np.ndarray: lambda a: ctypes.c_void_p(a.ctypes.data), float: ctypes.c_double}
    getattr(LIBRARY, name)(*(kinds.get(type(a), lambda a: a)(a) for a in args))


def flat(weights):
    """All weights of a run in one row."""
    return np.concatenate([a.reshape(len(a), -1) for a in weights], 1)


def parted(table, like):
    """The inverse of `flat`: runs x weights as arrays of the shapes of `like`, without their runs."""
    out, at = [], 0
    for a in like:
        size = a[0].size
        out.append(table[:, at : at + size].reshape(len(table), *a.shape[1:]).copy())
        at += size
    return out


def program(work):
    """Name of a workload's functions, and what they take between weights and epochs."""
    if work.rule == "rescorla_wagner":
        outcomes = copied(work.targets[:, 0])
        return "rescorla_wagner", [copied(work.inputs, np.uint8), outcomes, ctypes.c_long(work.patterns), work.rate]
    more = [work.dt, ctypes.c_int(work.steps)] if work.rule == "chl" else []
    data = [copied(work.inputs), copied(work.targets), ctypes.c_int(work.patterns), work.rate]
    return "chl" if more else work.key, data + more


def one_by_one(work, weights):
    """One network; or many, one after the other."""
    name, args = program(work)
    rows = [copied(row) for row in flat(weights)]

    def run(epochs):
        for row in rows:
            call(name + "_one", row, *args, ctypes.c_long(epochs))
        return parted(np.stack(rows), weights)

    return run


def in_lanes(registers):
    def maker(work, weights):
        name, args = program(work)
        table = flat(weights)
        width = 8 * registers
        blocks = [copied(table[first : first + width].T) for first in range(0, len(table), width)]

        def run(epochs):
            for block in blocks:
                call(name + "_lanes", block, *args, ctypes.c_long(epochs))
            return parted(np.concatenate([block.T for block in blocks]), weights)

        return run

    return maker


def rescorla_wagner_in_registers(work, weights):
    v, cues, outcomes = aligned(16), aligned((work.patterns, 16)), copied(work.targets[:, 0])
    v[:10], cues[:, :10] = weights[0][0, 0], work.inputs

    def run(epochs):
        call("rescorla_wagner_registers", v, cues, outcomes, ctypes.c_long(work.patterns), work.rate, ctypes.c_long(epochs))
        return [v[None, None, :10].copy()]

    return run


def batches(work, weights):
    """One network in mini-batches; or many, one after the other. Outputs are padded to sixteen, with a bias that softmax
    turns into 0."""
    inputs, hidden, classes = work.sizes
    xs, ts = copied(work.inputs, np.float32), aligned((work.patterns, 16), np.float32)
    ts[:, :classes] = work.targets
    space = aligned(2 * work.batch * (hidden + 16) + 16 * hidden, np.float32)
    nets = []
    for run in range(len(weights[0])):
        W1, b1, W2, b2 = (a[run] for a in weights)
        wide, bias = aligned((hidden, 16), np.float32), aligned(16, np.float32)
        wide[:, :classes], bias[:classes], bias[classes:] = W2.T, b2, -1e30
        nets.append((copied(W1.T, np.float32), copied(b1, np.float32), wide, bias))
    sizes = [ctypes.c_int(n) for n in (inputs, hidden, classes, work.batch, work.patterns)]

    def run(epochs):
        for net in nets:
            call("batch_net", *sizes, *net, xs, ts, ctypes.c_float(work.rate), ctypes.c_long(epochs), space)
        cut = [(W1.T, b1, W2[:, :classes].T, b2[:classes]) for W1, b1, W2, b2 in nets]
        return [np.stack(a) for a in zip(*cut)]

    return run


def implementations(work):
    if work.batch > 1:
        yield "a", "C, by hand", batches
        yield "b", "C, by hand, run after run", batches
        return
    yield "a", "C, scalar", one_by_one
    yield "b", "C, scalar, run after run", one_by_one
    yield "b", "C, runs in SIMD lanes", in_lanes({"W1": 4, "W2": 4, "W6": 4}.get(work.key, 1))
    if work.rule == "rescorla_wagner":
        yield "a", "C, cues in registers", rescorla_wagner_in_registers
