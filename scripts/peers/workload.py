"""The workloads: what is trained, on which patterns, and the yardstick that says whether two programs did the same.

Weights are a list [W1, b1, W2, b2, ...], each with the runs (seeds) as its first axis: W is runs x receiving x sending, b is
runs x receiving. A program that trains one network gets and gives arrays with one run.

One pattern update is one pattern presented and learned from. Patterns come in the order of the file, epoch after epoch.
"""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Workload:
    """One network and its patterns."""

    key: str
    title: str
    rule: str  # "backprop", "chl" or "rescorla_wagner"
    sizes: tuple
    inputs: np.ndarray
    targets: np.ndarray
    rate: float
    runs: int  # how many train together in mode b; 1: there is no mode b
    init: dict
    epochs_checked: int
    batch: int = 1  # 1: online, logistic, SSE; else ReLU, softmax, cross-entropy, mean of the batch
    single: bool = False  # f32
    steps: int = 0  # of each phase of CHL
    dt: float = 0.0
    checked_patterns: int = 0  # the check takes so many patterns only; 0: all

    @property
    def dtype(self):
        return np.float32 if self.single else np.float64

    @property
    def tolerance(self):
        """Largest relative difference of a final SSE: rounding, grown over the epochs of the check."""
        return 1e-4 if self.single else 1e-9

    @property
    def patterns(self):
        return len(self.inputs)

    def cut(self, patterns):
        return replace(self, inputs=self.inputs[:patterns], targets=self.targets[:patterns])

    def for_check(self):
        return self.cut(self.checked_patterns) if self.checked_patterns else self

    def data(self):
        """Inputs and targets in the precision of the run, batch by batch."""
        shape = (-1, self.batch)
        return tuple(a.astype(self.dtype).reshape(*shape, a.shape[1]) for a in (self.inputs, self.targets))


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def epoch(work, weights):
    """One epoch, from the equations, all runs side by side: the weights after it, and the SSE over its patterns, each
    before its update. This is what every program must agree with."""
    weights = [a.copy() for a in weights]
    sse = np.zeros(len(weights[0]))
    for x, t in zip(*work.data()):
        sse += STEPS[work.rule](work, weights, x, t)
    return weights, sse


def step_backprop(work, weights, x, t):
    W, b = weights[0::2], weights[1::2]
    last = len(W) - 1
    y = [np.broadcast_to(x, (len(b[0]), *x.shape))]  # runs x patterns x units
    for k in range(last + 1):
        net = y[k] @ W[k].transpose(0, 2, 1) + b[k][:, None, :]
        y.append(logistic(net) if work.batch == 1 else softmax(net) if k == last else np.maximum(net, 0))
    error = t - y[-1]
    delta = error * y[-1] * (1 - y[-1]) if work.batch == 1 else error / np.float32(work.batch)
    for k in reversed(range(last + 1)):
        slope = y[k] * (1 - y[k]) if work.batch == 1 else y[k] > 0
        below = (delta @ W[k]) * slope
        W[k] += work.dtype(work.rate) * (delta.transpose(0, 2, 1) @ y[k])
        b[k] += work.dtype(work.rate) * delta.sum(1)
        delta = below
    return (error.astype(np.float64) ** 2).sum((1, 2))


def step_chl(work, weights, x, t):
    Wh, bh, Wo, bo = weights
    fed = Wh @ x[0] + bh
    h, o = np.zeros_like(bh), np.zeros_like(bo)
    for _ in range(work.steps):
        to_h = logistic(fed + np.einsum("roh,ro->rh", Wo, o))
        to_o = logistic(np.einsum("roh,rh->ro", Wo, h) + bo)
        h, o = h + work.dt * (to_h - h), o + work.dt * (to_o - o)
    plus = h
    for _ in range(work.steps):
        plus = plus + work.dt * (logistic(fed + t[0] @ Wo) - plus)
    moved = plus - h
    Wh += work.rate * moved[:, :, None] * x[0]
    bh += work.rate * moved
    Wo += work.rate * (t[0][:, None] * plus[:, None, :] - o[:, :, None] * h[:, None, :])
    bo += work.rate * (t[0] - o)
    return ((t[0] - o) ** 2).sum(1)


def step_rescorla_wagner(work, weights, x, t):
    (V,) = weights
    error = t[0] - V @ x[0]
    V += work.rate * error[:, :, None] * x[0]
    return (error**2).sum(1)


STEPS = {"backprop": step_backprop, "chl": step_chl, "rescorla_wagner": step_rescorla_wagner}


def shaped_like_images(patterns, inputs, classes, seed):
    """Random grey values in steps of 1/256 (a short file) and the class that a random linear teacher gives each."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 256, (patterns, inputs)) / 256
    label = ((x - 0.5) @ rng.normal(size=(inputs, classes))).argmax(1)
    return x, np.eye(classes)[label]


def conditioning(trials, seed):
    """Trials with each of ten cues in every other one, the outcome likelier with the first cue."""
    rng = np.random.default_rng(seed)
    cues = (rng.random((trials, 10)) < 0.5).astype(float)
    outcome = rng.random(trials) < np.where(cues[:, 0] > 0, 0.8, 0.3)
    return cues, outcome[:, None].astype(float)


def workloads():
    xor = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)
    rng = np.random.default_rng(1)
    deep = rng.integers(0, 256, (8, 32)) / 256, (rng.random((8, 32)) < 0.5).astype(float)
    uniform = lambda size: {"kind": "uniform", "range": size}
    return [
        Workload("W1", "XOR 2-4-1, online, f64", "backprop", (2, 4, 1), *xor, 0.5, 128, uniform(1.0), 300),
        Workload("W2", "encoder 8-3-8, online, f64", "backprop", (8, 3, 8), np.eye(8), np.eye(8), 0.5, 128, uniform(1.0), 150),
        Workload(
            "W3", "digits shape 64-32-10, batch 32, f32", "backprop", (64, 32, 10), *shaped_like_images(1792, 64, 10, 2),
            0.1, 32, {"kind": "he"}, 2, batch=32, single=True,
        ),
        Workload(
            "W4", "MNIST shape 784-256-10, batch 64, f32", "backprop", (784, 256, 10), *shaped_like_images(2048, 784, 10, 3),
            0.1, 1, {"kind": "he"}, 2, batch=64, single=True,
        ),
        Workload(
            "W5", "CHL on XOR 2-4-1, 30 + 30 steps, f64", "chl", (2, 4, 1), *xor, 0.2, 128, uniform(1.0), 20, steps=30, dt=0.2,
        ),
        Workload(
            "W6", "Rescorla–Wagner, 10 cues, 100,000 trials, f64", "rescorla_wagner", (10, 1), *conditioning(100_000, 4),
            0.01, 32, uniform(0.1), 2, checked_patterns=20_000,
        ),
        Workload(
            "W7", "ten layers of 32, online, f64", "backprop", (32,) * 11, *deep, 0.5, 64, uniform(0.5), 15,
        ),
    ]
