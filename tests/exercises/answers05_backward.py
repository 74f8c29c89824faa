"""Respostas do capítulo 5 em que se escreve a volta: retropropagações certas e enganadas."""

import numpy as np
import torch

from coursekit import reference


def states_of(x, W, U, b):
    states = np.zeros((len(x), x.shape[1] + 1, len(b)))
    for t in range(x.shape[1]):
        states[:, t + 1] = np.tanh(x[:, t] @ W.T + states[:, t] @ U.T + b)
    return states


def backward(
    x, W, U, b, dh, k=None, *, slope="new", carry=True, shift=0, add=True, back="U", cut=None
):
    """Retropropagação escrita outra vez, com enganos escolhidos por nome."""
    states = states_of(x, W, U, b)
    steps = x.shape[1]
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    later = np.zeros_like(states[:, 0])
    for t in range(steps - 1, -1, -1):
        total = dh[:, t] + later
        new, old = states[:, t + 1], states[:, t]
        factor = {
            "new": 1 - new**2,
            "old": 1 - old**2,
            "none": 1.0,
            "linear": 1 - new,
            "sigmoid": new * (1 - new),
            "twice": 1 - np.tanh(new) ** 2,
        }[slope]
        delta = total * factor
        parts = (delta.T @ x[:, t], delta.T @ states[:, t + shift], delta.sum(0))
        if add:
            dW, dU, db = dW + parts[0], dU + parts[1], db + parts[2]
        else:
            dW, dU, db = parts
        later = (delta if back != "total" else total) @ (U.T if back == "UT" else U)
        if back == "straight":
            later = delta
        if not carry or (cut is not None and cut(t, k, steps)):
            later = np.zeros_like(later)
    return dW, dU, db


def wrong_backward(**options):
    return lambda *arguments: backward(*arguments, **options)


def at_start(t, k, steps):
    return t % k == 0


def backward_autograd(x, W, U, b, dh, k=None):
    leaves = [torch.tensor(np.asarray(value), requires_grad=True) for value in (W, U, b)]
    x, dh = torch.as_tensor(x), torch.as_tensor(dh)
    h, loss = torch.zeros(len(x), len(b), dtype=torch.float64), 0.0
    for t in range(x.shape[1]):
        if k and t % k == 0:
            h = h.detach()
        h = torch.tanh(x[:, t] @ leaves[0].T + h @ leaves[1].T + leaves[2])
        loss = loss + (h * dh[:, t]).sum()
    loss.backward()
    return [leaf.grad for leaf in leaves]


def backward_torch(x, W, U, b, dh):
    states = [x.new_zeros(len(x), len(b))]
    for t in range(x.shape[1]):
        states.append(torch.tanh(x[:, t] @ W.T + states[-1] @ U.T + b))
    later, sums = 0, [0, 0, 0]
    for t in reversed(range(x.shape[1])):
        delta = (dh[:, t] + later) * (1 - states[t + 1].square())
        parts = (delta.T @ x[:, t], delta.T @ states[t], delta.sum(0))
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
        later = delta @ U
    return tuple(sums)


def backward_by_nudges(x, W, U, b, dh):
    weights = [W, U, b]

    def slope(which, place, nudge=1e-5):
        sides = []
        for sign in (1, -1):
            moved = [weight.copy() for weight in weights]
            moved[which][place] += sign * nudge
            sides.append(float((states_of(x, *moved)[:, 1:] * dh).sum()))
        return (sides[0] - sides[1]) / (2 * nudge)

    return [
        np.array([slope(i, place) for place in np.ndindex(weight.shape)]).reshape(weight.shape)
        for i, weight in enumerate(weights)
    ]


def backward_by_example(x, W, U, b, dh):
    parts = [backward(x[i : i + 1], W, U, b, dh[i : i + 1]) for i in range(len(x))]
    return [sum(column) for column in zip(*parts, strict=True)]


def backward_in_place(x, W, U, b, dh):
    result = backward(x, W, U, b, dh)
    dh[:, -1] += 1.0
    return result


def truncated_blocks(x, W, U, b, dh, k):
    """Cada bloco é uma retropropagação inteira, que parte do estado em que o anterior parou."""
    states, sums = states_of(x, W, U, b), [0, 0, 0]
    weights = {"weight_ih": W, "weight_hh": U, "bias_ih": b, "bias_hh": 0 * b}
    for s in range(0, x.shape[1], k):
        back = reference.bptt(
            "rnn", x[:, s : s + k], weights, dh[:, s : s + k], initial=states[:, s]
        )
        parts = (back.weight_ih, back.weight_hh, back.bias_ih)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return sums


def reset_blocks(x, W, U, b, dh, k):
    blocks = [backward(x[:, s : s + k], W, U, b, dh[:, s : s + k]) for s in range(0, x.shape[1], k)]
    return tuple(sum(column) for column in zip(*blocks, strict=True))


def last_block(x, W, U, b, dh, k):
    start = (x.shape[1] - 1) // k * k
    quiet = dh.copy()
    quiet[:, :start] = 0
    return backward(x, W, U, b, quiet, k, cut=at_start)


def whole_blocks(x, W, U, b, dh, k):
    quiet = dh.copy()
    quiet[:, x.shape[1] // k * k :] = 0
    return backward(x, W, U, b, quiet, k, cut=at_start)


def sliding(x, W, U, b, dh, k):
    sums = [0, 0, 0]
    for end in range(x.shape[1]):
        alone = np.zeros_like(dh)
        alone[:, end] = dh[:, end]
        parts = backward(x, W, U, b, alone, k, cut=lambda t, k, steps, end=end: t == end - k + 1)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return sums
