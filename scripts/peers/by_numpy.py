"""NumPy: one network as a researcher writes it, many by a leading axis, or with the runs on the last axis."""

import numpy as np

from workload import epoch, logistic


def one_backprop_online(work, weights):
    W, b = [a[0].copy() for a in weights[0::2]], [a[0].copy() for a in weights[1::2]]
    pairs = list(zip(work.inputs, work.targets))

    def run(epochs):
        for _ in range(epochs):
            for x, t in pairs:
                y = [x]
                for w, bias in zip(W, b):
                    y.append(1 / (1 + np.exp(-(w @ y[-1] + bias))))
                delta = (t - y[-1]) * y[-1] * (1 - y[-1])
                for k in range(len(W) - 1, -1, -1):
                    step, bias_step = np.outer(delta, y[k]), delta
                    if k > 0:
                        delta = (W[k].T @ delta) * y[k] * (1 - y[k])
                    W[k] += work.rate * step
                    b[k] += work.rate * bias_step
        return [a[None] for pair in zip(W, b) for a in pair]

    return run


def one_backprop_batch(work, weights):
    W1, b1, W2, b2 = (a[0].copy() for a in weights)
    batches = list(zip(*work.data()))
    rate = np.float32(work.rate / work.batch)

    def run(epochs):
        for _ in range(epochs):
            for x, t in batches:
                h = np.maximum(x @ W1.T + b1, 0)
                e = np.exp((net := h @ W2.T + b2) - net.max(1, keepdims=True))
                delta = t - e / e.sum(1, keepdims=True)
                below = (delta @ W2) * (h > 0)
                for w, bias, d, y in ((W2, b2, delta, h), (W1, b1, below, x)):
                    w += rate * (d.T @ y)
                    bias += rate * d.sum(0)
        return [a[None] for a in (W1, b1, W2, b2)]

    return run


def one_chl(work, weights):
    Wh, bh, Wo, bo = (a[0].copy() for a in weights)

    def run(epochs):
        for _ in range(epochs):
            for x, t in zip(work.inputs, work.targets):
                fed = Wh @ x + bh
                h, o = np.zeros(len(bh)), np.zeros(len(bo))
                for _ in range(work.steps):
                    to_h, to_o = logistic(fed + Wo.T @ o), logistic(Wo @ h + bo)
                    h, o = h + work.dt * (to_h - h), o + work.dt * (to_o - o)
                plus = h
                for _ in range(work.steps):
                    plus = plus + work.dt * (logistic(fed + Wo.T @ t) - plus)
                for array, step in (
                    (Wh, np.outer(plus - h, x)), (bh, plus - h), (Wo, np.outer(t, plus) - np.outer(o, h)), (bo, t - o),
                ):
                    array += work.rate * step
        return [a[None] for a in (Wh, bh, Wo, bo)]

    return run


def one_rescorla_wagner(work, weights):
    v = weights[0][0, 0].copy()
    outcomes = work.targets[:, 0]

    def run(epochs):
        for _ in range(epochs):
            for x, outcome in zip(work.inputs, outcomes):
                v[:] += work.rate * (outcome - v @ x) * x
        return [v[None, None]]

    return run


def many_leading(work, weights):
    """The equations of the yardstick, with their SSE."""
    state = [weights]

    def run(epochs):
        for _ in range(epochs):
            state[0], _ = epoch(work, state[0])
        return state[0]

    return run


def many_last(work, weights):
    W = [np.ascontiguousarray(np.moveaxis(a, 0, -1)) for a in weights[0::2]]  # receiving x sending x runs
    b = [np.ascontiguousarray(np.moveaxis(a, 0, -1)) for a in weights[1::2]]
    runs = len(weights[0])
    pairs = [(np.repeat(x[:, None], runs, 1), t[:, None]) for x, t in zip(work.inputs, work.targets)]

    def run(epochs):
        for _ in range(epochs):
            for x, t in pairs:
                y = [x]
                for w, bias in zip(W, b):
                    y.append(logistic((w * y[-1]).sum(1) + bias))
                delta = (t - y[-1]) * y[-1] * (1 - y[-1])
                for k in range(len(W) - 1, -1, -1):
                    scaled = work.rate * delta
                    if k > 0:
                        delta = (W[k] * delta[:, None]).sum(0) * y[k] * (1 - y[k])
                    W[k] += scaled[:, None] * y[k]
                    b[k] += scaled
        return [np.moveaxis(a, -1, 0) for pair in zip(W, b) for a in pair]

    return run


def implementations(work):
    """(mode, name, maker); a maker takes the workload and weights, and gives run(epochs) -> weights, which trains on from
    where it stands."""
    one = {"chl": one_chl, "rescorla_wagner": one_rescorla_wagner}.get(
        work.rule, one_backprop_online if work.batch == 1 else one_backprop_batch
    )
    yield "a", "NumPy, as usually written", one
    if work.rule != "rescorla_wagner":
        yield "b", "NumPy, runs on the first axis", many_leading
    if work.rule == "backprop" and work.batch == 1:
        yield "b", "NumPy, runs on the last axis", many_last
