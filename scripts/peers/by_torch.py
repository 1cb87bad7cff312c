"""PyTorch: a Module with autograd and SGD, as its tutorials teach; by hand without autograd; and many runs by batched products."""

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
torch.set_num_interop_threads(1)


def tensors(arrays):
    return [torch.tensor(np.ascontiguousarray(a)) for a in arrays]


def arrays(values):
    return [v.detach().numpy().copy() for v in values]


def batches(work):
    x, t = (torch.tensor(a) for a in work.data())
    return list(zip(x, t))


def module(work, weights):
    dtype = torch.float32 if work.single else torch.float64
    layers, linear = [], []
    for k in range(len(weights) // 2):
        linear.append(nn.Linear(work.sizes[k], work.sizes[k + 1], dtype=dtype))
        layers += [linear[-1], nn.Sigmoid() if work.batch == 1 else nn.ReLU()]
    if work.batch > 1:
        layers.pop()
    model = nn.Sequential(*layers)
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), weights):
            parameter.copy_(torch.tensor(value[0]))
    optimiser = torch.optim.SGD(model.parameters(), lr=work.rate)
    if work.batch == 1:
        data, loss = batches(work), lambda y, t: 0.5 * ((t - y) ** 2).sum()
    else:
        data, loss = [(x, t.argmax(1)) for x, t in batches(work)], nn.CrossEntropyLoss()

    def run(epochs):
        for _ in range(epochs):
            for x, t in data:
                optimiser.zero_grad()
                loss(model(x), t).backward()
                optimiser.step()
        return [a[None] for a in arrays(model.parameters())]

    return run


def by_hand_online(work, weights):
    values = tensors([a[0] for a in weights])
    W, b = values[0::2], values[1::2]
    data = [(x[0], t[0]) for x, t in batches(work)]

    @torch.no_grad()
    def run(epochs):
        for _ in range(epochs):
            for x, t in data:
                y = [x]
                for w, bias in zip(W, b):
                    y.append(torch.addmv(bias, w, y[-1]).sigmoid_())
                delta = (t - y[-1]) * y[-1] * (1 - y[-1])
                for k in range(len(W) - 1, -1, -1):
                    here = delta
                    if k > 0:
                        delta = torch.mv(W[k].t(), here) * y[k] * (1 - y[k])
                    W[k].addr_(here, y[k], alpha=work.rate)
                    b[k].add_(here, alpha=work.rate)
        return [a[None] for a in arrays(values)]

    return run


def by_hand_batched(work, weights):
    """Any number of runs, all products by bmm: online (a batch of one) or in mini-batches."""
    values = tensors(weights)
    W, b = values[0::2], values[1::2]
    online, last, rate = work.batch == 1, len(W) - 1, work.rate / work.batch
    data = [(x.expand(len(W[0]), *x.shape).contiguous(), t) for x, t in batches(work)]

    @torch.no_grad()
    def run(epochs):
        for _ in range(epochs):
            for x, t in data:
                y = [x]
                for k in range(last + 1):
                    net = torch.baddbmm(b[k].unsqueeze(1), y[k], W[k].transpose(1, 2))
                    y.append(net.sigmoid_() if online else torch.softmax(net, -1) if k == last else net.relu_())
                delta = t - y[-1]
                if online:
                    delta = delta * y[-1] * (1 - y[-1])
                for k in range(last, -1, -1):
                    here = delta
                    if k > 0:
                        delta = torch.bmm(here, W[k]) * (y[k] * (1 - y[k]) if online else y[k] > 0)
                    W[k].baddbmm_(here.transpose(1, 2), y[k], alpha=rate)
                    b[k].add_(here.sum(1), alpha=rate)
        return arrays(values)

    return run


def by_hand_batch(work, weights):
    """One network in mini-batches."""
    W1, b1, W2, b2 = values = tensors([a[0] for a in weights])
    rate, data = work.rate / work.batch, batches(work)

    @torch.no_grad()
    def run(epochs):
        for _ in range(epochs):
            for x, t in data:
                h = torch.addmm(b1, x, W1.t()).relu_()
                delta = t - torch.softmax(torch.addmm(b2, h, W2.t()), 1)
                below = (delta @ W2) * (h > 0)
                for w, bias, d, y in ((W2, b2, delta, h), (W1, b1, below, x)):
                    w.addmm_(d.t(), y, alpha=rate)
                    bias.add_(d.sum(0), alpha=rate)
        return [a[None] for a in arrays(values)]

    return run


def chl(work, weights):
    """Any number of runs."""
    Wh, bh, Wo, bo = values = tensors(weights)
    data = [(x.expand(len(Wh), -1, -1).contiguous(), t.expand(len(Wh), -1, -1).contiguous()) for x, t in batches(work)]

    @torch.no_grad()
    def run(epochs):
        for _ in range(epochs):
            for x, t in data:
                fed = torch.baddbmm(bh.unsqueeze(1), x, Wh.transpose(1, 2))
                h, o = torch.zeros_like(fed), torch.zeros_like(t)
                for _ in range(work.steps):
                    to_h = torch.baddbmm(fed, o, Wo).sigmoid_()
                    to_o = torch.baddbmm(bo.unsqueeze(1), h, Wo.transpose(1, 2)).sigmoid_()
                    h, o = h.lerp_(to_h, work.dt), o.lerp_(to_o, work.dt)
                plus = h.clone()
                for _ in range(work.steps):
                    plus.lerp_(torch.baddbmm(fed, t, Wo).sigmoid_(), work.dt)
                Wh.baddbmm_((plus - h).transpose(1, 2), x, alpha=work.rate)
                bh.add_((plus - h).squeeze(1), alpha=work.rate)
                Wo.baddbmm_(t.transpose(1, 2), plus, alpha=work.rate).baddbmm_(o.transpose(1, 2), h, alpha=-work.rate)
                bo.add_((t - o).squeeze(1), alpha=work.rate)
        return arrays(values)

    return run


def implementations(work):
    if work.rule == "backprop":
        yield "a", "PyTorch, Module, autograd, SGD", module
        yield "a", "PyTorch, by hand", by_hand_online if work.batch == 1 else by_hand_batch
        yield "b", "PyTorch, by hand, runs by bmm", by_hand_batched
    if work.rule == "chl":
        yield "a", "PyTorch, by hand", chl
        yield "b", "PyTorch, by hand, runs by bmm", chl
