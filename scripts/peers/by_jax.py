"""JAX: the whole run is one compiled program. Gradients by jax.grad, runs by vmap, or by hand with the runs on the last axis."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)


def loss(work):
    def online(values, x, t):
        y = x[0]
        for W, b in zip(values[0::2], values[1::2]):
            y = jax.nn.sigmoid(W @ y + b)
        return 0.5 * jnp.sum((t[0] - y) ** 2)

    def batch(values, x, t):
        W1, b1, W2, b2 = values
        h = jax.nn.relu(x @ W1.T + b1)
        return -jnp.mean(jnp.sum(t * jax.nn.log_softmax(h @ W2.T + b2), -1))

    return online if work.batch == 1 else batch


def by_gradient(work):
    gradient = jax.grad(loss(work))
    return lambda values, x, t: [v - work.rate * g for v, g in zip(values, gradient(values, x, t))]


def by_chl(work):
    def step(values, x, t):
        Wh, bh, Wo, bo = values
        x, t = x[0], t[0]
        fed = Wh @ x + bh
        move = lambda y, to: y + work.dt * (to - y)

        def minus(_, state):
            h, o = state
            return move(h, jax.nn.sigmoid(fed + Wo.T @ o)), move(o, jax.nn.sigmoid(Wo @ h + bo))

        h, o = lax.fori_loop(0, work.steps, minus, (jnp.zeros_like(bh), jnp.zeros_like(bo)))
        plus = lax.fori_loop(0, work.steps, lambda _, h: move(h, jax.nn.sigmoid(fed + Wo.T @ t)), h)
        change = jnp.outer(plus - h, x), plus - h, jnp.outer(t, plus) - jnp.outer(o, h), t - o
        return [v + work.rate * c for v, c in zip(values, change)]

    return step


def by_rescorla_wagner(work):
    def step(values, x, t):
        (V,) = values
        return [V + work.rate * jnp.outer(t[0] - V @ x[0], x[0])]

    return step


def by_hand_last(work):
    """Backprop written out as products and sums over arrays whose last axis is the runs, which XLA fuses."""

    def step(values, x, t):
        W, b = list(values[0::2]), list(values[1::2])
        y = [jnp.broadcast_to(x[0][:, None], (x.shape[1], b[0].shape[-1]))]
        for w, bias in zip(W, b):
            y.append(jax.nn.sigmoid((w * y[-1][None]).sum(1) + bias))
        delta = (t[0][:, None] - y[-1]) * y[-1] * (1 - y[-1])
        for k in range(len(W) - 1, -1, -1):
            here = delta
            if k > 0:
                delta = (W[k] * here[:, None]).sum(0) * y[k] * (1 - y[k])
            W[k] = W[k] + work.rate * here[:, None] * y[k][None]
            b[k] = b[k] + work.rate * here
        return [v for pair in zip(W, b) for v in pair]

    return step


STEPS = {"chl": by_chl, "rescorla_wagner": by_rescorla_wagner, "backprop": by_gradient}


def whole_run(work, step):
    """Epochs as a loop of a scan over the batches; a few patterns on a small net are unrolled, which is faster."""
    data = tuple(jnp.asarray(a) for a in work.data())
    few = len(data[0]) <= 8 and len(work.sizes) <= 3

    def train(values, epochs):
        def epoch(_, values):
            return lax.scan(lambda v, d: (step(v, *d), None), values, data, unroll=len(data[0]) if few else 1)[0]

        return lax.fori_loop(0, epochs, epoch, values)

    return train


def runner(train, values, out):
    state = [[jnp.asarray(v) for v in values]]

    def run(epochs):
        state[0] = jax.block_until_ready(train(state[0], epochs))
        return [out(np.asarray(v)) for v in state[0]]

    return run


def one(work, weights):
    train = jax.jit(whole_run(work, STEPS[work.rule](work)))
    return runner(train, [a[0] for a in weights], lambda a: a[None])


def many_vmapped(work, weights):
    train = jax.jit(jax.vmap(whole_run(work, STEPS[work.rule](work)), in_axes=(0, None)))
    return runner(train, weights, lambda a: a)


def many_last(work, weights):
    train = jax.jit(whole_run(work, by_hand_last(work)))
    return runner(train, [np.moveaxis(a, 0, -1) for a in weights], lambda a: np.moveaxis(a, -1, 0))


def implementations(work):
    yield "a", "JAX, one compiled scan", one
    yield "b", "JAX, vmap of the scan", many_vmapped
    if work.rule == "backprop" and work.batch == 1:
        yield "b", "JAX, scan by hand, runs on the last axis", many_last
