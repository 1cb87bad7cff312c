"""Numba: plain loops in Python, compiled, in strict arithmetic."""

from math import exp

import numpy as np
from numba import njit


@njit
def train_online(W, b, sizes, inputs, targets, rate, epochs):
    """W is layer x receiving x sending, padded to the widest layer."""
    layers, widest = len(sizes) - 1, W.shape[1]
    y, delta = np.zeros((layers + 1, widest)), np.zeros((layers + 1, widest))
    for _ in range(epochs):
        for p in range(len(inputs)):
            y[0, : sizes[0]] = inputs[p]
            for k in range(layers):
                for j in range(sizes[k + 1]):
                    net = b[k, j]
                    for i in range(sizes[k]):
                        net += W[k, j, i] * y[k, i]
                    y[k + 1, j] = 1.0 / (1.0 + exp(-net))
            for j in range(sizes[layers]):
                z = y[layers, j]
                delta[layers, j] = (targets[p, j] - z) * z * (1 - z)
            for k in range(layers - 1, -1, -1):
                for i in range(sizes[k]):
                    delta[k, i] = 0.0
                for j in range(sizes[k + 1]):
                    d = delta[k + 1, j]
                    for i in range(sizes[k]):
                        delta[k, i] += W[k, j, i] * d
                        W[k, j, i] += rate * d * y[k, i]
                    b[k, j] += rate * d
                for i in range(sizes[k]):
                    delta[k, i] *= y[k, i] * (1 - y[k, i])


@njit
def train_chl(Wh, bh, Wo, bo, inputs, targets, rate, dt, steps, epochs):
    hidden, outputs = Wh.shape[0], Wo.shape[0]
    fed, h, plus, to_h = np.zeros(hidden), np.zeros(hidden), np.zeros(hidden), np.zeros(hidden)
    o, to_o = np.zeros(outputs), np.zeros(outputs)
    for _ in range(epochs):
        for p in range(len(inputs)):
            for j in range(hidden):
                fed[j], h[j] = bh[j], 0.0
                for i in range(inputs.shape[1]):
                    fed[j] += Wh[j, i] * inputs[p, i]
            o[:] = 0.0
            for _ in range(steps):
                for j in range(hidden):
                    net = fed[j]
                    for k in range(outputs):
                        net += Wo[k, j] * o[k]
                    to_h[j] = 1.0 / (1.0 + exp(-net))
                for k in range(outputs):
                    net = bo[k]
                    for j in range(hidden):
                        net += Wo[k, j] * h[j]
                    to_o[k] = 1.0 / (1.0 + exp(-net))
                for j in range(hidden):
                    h[j] += dt * (to_h[j] - h[j])
                for k in range(outputs):
                    o[k] += dt * (to_o[k] - o[k])
            plus[:] = h
            for _ in range(steps):
                for j in range(hidden):
                    net = fed[j]
                    for k in range(outputs):
                        net += Wo[k, j] * targets[p, k]
                    plus[j] += dt * (1.0 / (1.0 + exp(-net)) - plus[j])
            for j in range(hidden):
                for i in range(inputs.shape[1]):
                    Wh[j, i] += rate * (plus[j] - h[j]) * inputs[p, i]
                bh[j] += rate * (plus[j] - h[j])
            for k in range(outputs):
                for j in range(hidden):
                    Wo[k, j] += rate * (targets[p, k] * plus[j] - o[k] * h[j])
                bo[k] += rate * (targets[p, k] - o[k])


@njit
def train_rescorla_wagner(v, cues, outcomes, rate, epochs):
    for _ in range(epochs):
        for p in range(len(cues)):
            total = 0.0
            for i in range(len(v)):
                total += v[i] * cues[p, i]
            step = rate * (outcomes[p] - total)
            for i in range(len(v)):
                v[i] += step * cues[p, i]


def online(work, weights):
    sizes, widest = np.array(work.sizes), max(work.sizes)
    W, b = np.zeros((len(sizes) - 1, widest, widest)), np.zeros((len(sizes) - 1, widest))
    views = []
    for k in range(len(sizes) - 1):
        views += [W[k, : sizes[k + 1], : sizes[k]], b[k, : sizes[k + 1]]]
    for view, value in zip(views, weights):
        view[:] = value[0]

    def run(epochs):
        train_online(W, b, sizes, work.inputs, work.targets, work.rate, epochs)
        return [view[None].copy() for view in views]

    return run


def chl(work, weights):
    values = [a[0].copy() for a in weights]

    def run(epochs):
        train_chl(*values, work.inputs, work.targets, work.rate, work.dt, work.steps, epochs)
        return [v[None].copy() for v in values]

    return run


def rescorla_wagner(work, weights):
    v, outcomes = weights[0][0, 0].copy(), work.targets[:, 0].copy()

    def run(epochs):
        train_rescorla_wagner(v, work.inputs, outcomes, work.rate, epochs)
        return [v[None, None].copy()]

    return run


def implementations(work):
    if work.batch == 1:
        yield "a", "Numba, loops", {"backprop": online, "chl": chl, "rescorla_wagner": rescorla_wagner}[work.rule]
