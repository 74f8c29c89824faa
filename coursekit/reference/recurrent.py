"""Oráculo das redes recorrentes: ida e retropropagação no tempo à mão, em NumPy.

Anda por outro caminho que ``coursekit.recurrent``: um exemplo de cada vez, um bloco de pesos
por porta, equações escritas uma a uma, e a volta deduzida no papel, sem derivação
automática. Ordem dos blocos dos pesos, como em ``torch.nn``: LSTM ``i, f, g, o``; GRU
``r, z, n``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["BackwardPass", "bptt", "run_gru", "run_lstm", "run_rnn"]

Array = NDArray[np.float64]
Weights = Mapping[str, ArrayLike]
KINDS = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class BackwardPass:
    """Gradientes da retropropagação no tempo, com as formas do que derivam.

    Attributes:
        inputs: em relação à entrada, ``(B, T, D)``.
        weight_ih: forma ``(blocos·H, D)``.
        weight_hh: forma ``(blocos·H, H)``.
        bias_ih: forma ``(blocos·H,)``.
        bias_hh: forma ``(blocos·H,)``.
        initial: em relação ao estado oculto inicial, ``(B, H)``.
    """

    inputs: Array
    weight_ih: Array
    weight_hh: Array
    bias_ih: Array
    bias_hh: Array
    initial: Array


def _sigmoid(value: Array) -> Array:
    """Função logística, sem estouro."""
    result: Array = 0.5 * (1 + np.tanh(0.5 * value))
    return result


def _prepare(inputs: ArrayLike, weights: Weights) -> tuple[Array, dict[str, Array]]:
    """Converte tudo a float64 e confere a forma da entrada."""
    values = np.asarray(inputs, dtype=np.float64)
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in weights.items()}
    expected = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}
    if set(arrays) != expected:
        raise ValueError(
            f"weights deve ter as chaves {sorted(expected)}; recebi {sorted(arrays)}. "
            "Sem viés, passe vetores de zeros."
        )
    if values.ndim != 3 or values.shape[2] != arrays["weight_ih"].shape[1]:
        raise ValueError(
            f"inputs deve ter forma (B, T, {arrays['weight_ih'].shape[1]}); recebi {values.shape}. "
            "O lote vem primeiro."
        )
    return values, arrays


def _rnn_step(x: Array, h: Array, c: Array, w: dict[str, Array]) -> dict[str, Array]:
    """Um passo da RNN simples, guardando o que a volta usa."""
    new = np.tanh(w["weight_ih"] @ x + w["bias_ih"] + w["weight_hh"] @ h + w["bias_hh"])
    return {"x": x, "h": h, "c": c, "new_h": new, "new_c": c}


def _lstm_step(x: Array, h: Array, c: Array, w: dict[str, Array]) -> dict[str, Array]:
    """Um passo da LSTM, guardando o que a volta usa."""
    total = w["weight_ih"] @ x + w["bias_ih"] + w["weight_hh"] @ h + w["bias_hh"]
    size = h.size
    i, f = _sigmoid(total[:size]), _sigmoid(total[size : 2 * size])
    g, o = np.tanh(total[2 * size : 3 * size]), _sigmoid(total[3 * size :])
    new_c = f * c + i * g
    parts = {"i": i, "f": f, "g": g, "o": o}
    return {"x": x, "h": h, "c": c, "new_h": o * np.tanh(new_c), "new_c": new_c, **parts}


def _gru_step(x: Array, h: Array, c: Array, w: dict[str, Array]) -> dict[str, Array]:
    """Um passo da GRU (redefinição depois do produto), guardando o que a volta usa."""
    from_input = w["weight_ih"] @ x + w["bias_ih"]
    from_state = w["weight_hh"] @ h + w["bias_hh"]
    size = h.size
    r = _sigmoid(from_input[:size] + from_state[:size])
    z = _sigmoid(from_input[size : 2 * size] + from_state[size : 2 * size])
    q = from_state[2 * size :]
    n = np.tanh(from_input[2 * size :] + r * q)
    parts = {"r": r, "z": z, "n": n, "q": q}
    return {"x": x, "h": h, "c": c, "new_h": (1 - z) * n + z * h, "new_c": c, **parts}


_STEPS = {"rnn": _rnn_step, "lstm": _lstm_step, "gru": _gru_step}


def _run(
    kind: str, inputs: ArrayLike, weights: Weights, initial: ArrayLike | None
) -> tuple[list[list[dict[str, Array]]], Array, dict[str, Array]]:
    """Percorre cada exemplo e devolve as anotações de cada passo."""
    if kind not in KINDS:
        raise ValueError(f"kind deve ser um de {KINDS}; recebi {kind!r}.")
    values, arrays = _prepare(inputs, weights)
    size = arrays["weight_hh"].shape[1]
    start = np.zeros((len(values), size)) if initial is None else np.asarray(initial, np.float64)
    tape = []
    for example, h in zip(values, start, strict=True):
        notes: list[dict[str, Array]] = []
        c = np.zeros(size)
        for x in example:
            notes.append(_STEPS[kind](x, h, c, arrays))
            h, c = notes[-1]["new_h"], notes[-1]["new_c"]
        tape.append(notes)
    return tape, values, arrays


def _outputs(tape: list[list[dict[str, Array]]], name: str = "new_h") -> Array:
    """Empilha um dos estados ao longo do tempo, ``(B, T, H)``."""
    return np.array([[note[name] for note in notes] for notes in tape])


def run_rnn(inputs: ArrayLike, weights: Weights, initial: ArrayLike | None = None) -> Array:
    r"""Roda a RNN simples: :math:`h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})`.

    Args:
        inputs: forma ``(B, T, D)``.
        weights: ``weight_ih`` ``(H, D)``, ``weight_hh`` ``(H, H)``, ``bias_ih`` e ``bias_hh``
            ``(H,)``.
        initial: estado inicial, :math:`h_0`, forma ``(B, H)``; ``None`` = zeros.

    Returns:
        Estados ocultos, forma ``(B, T, H)``.

    Raises:
        ValueError: se faltarem pesos ou a forma da entrada não servir.

    Example:
        >>> one = {"weight_ih": [[1.0]], "weight_hh": [[1.0]], "bias_ih": [0.0], "bias_hh": [0.0]}
        >>> run_rnn([[[1.0], [0.0]]], one).round(4).ravel().tolist()
        [0.7616, 0.642]
    """
    return _outputs(_run("rnn", inputs, weights, initial)[0])


def run_lstm(
    inputs: ArrayLike, weights: Weights, initial: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Roda a LSTM, com a célula começando em zero.

    Args:
        inputs: forma ``(B, T, D)``.
        weights: como em :func:`run_rnn`, com ``4H`` linhas, blocos ``i, f, g, o``.
        initial: estado inicial, :math:`h_0`, forma ``(B, H)``; ``None`` = zeros.

    Returns:
        ``(estados ocultos, células)``, cada um ``(B, T, H)``.

    Raises:
        ValueError: se faltarem pesos ou a forma da entrada não servir.

    Example:
        >>> zeros = {"weight_ih": np.zeros((4, 1)), "weight_hh": np.zeros((4, 1))}
        >>> weights = {**zeros, "bias_ih": [0.0, 0.0, 9.0, 0.0], "bias_hh": np.zeros(4)}
        >>> run_lstm([[[1.0], [1.0]]], weights)[1].round(3).ravel().tolist()
        [0.5, 0.75]
    """
    tape = _run("lstm", inputs, weights, initial)[0]
    return _outputs(tape), _outputs(tape, "new_c")


def run_gru(inputs: ArrayLike, weights: Weights, initial: ArrayLike | None = None) -> Array:
    """Roda a GRU na convenção do PyTorch e do Keras (redefinição depois do produto).

    Args:
        inputs: forma ``(B, T, D)``.
        weights: como em :func:`run_rnn`, com ``3H`` linhas, blocos ``r, z, n``.
        initial: estado inicial, :math:`h_0`, forma ``(B, H)``; ``None`` = zeros.

    Returns:
        Estados ocultos, forma ``(B, T, H)``.

    Raises:
        ValueError: se faltarem pesos ou a forma da entrada não servir.

    Example:
        >>> zeros = {"weight_ih": np.zeros((3, 1)), "weight_hh": np.zeros((3, 1))}
        >>> weights = {**zeros, "bias_ih": np.zeros(3), "bias_hh": np.zeros(3)}
        >>> run_gru([[[1.0], [1.0]]], weights, initial=[[4.0]]).ravel().tolist()
        [2.0, 1.0]
    """
    return _outputs(_run("gru", inputs, weights, initial)[0])


def _rnn_back(note: dict[str, Array], dh: Array, dc: Array) -> tuple[Array, Array, Array, Array]:
    """Volta um passo da RNN: (da entrada, da recorrência, direto a h, à célula)."""
    total = dh * (1 - note["new_h"] ** 2)
    return total, total, np.zeros_like(dh), dc


def _lstm_back(note: dict[str, Array], dh: Array, dc: Array) -> tuple[Array, Array, Array, Array]:
    """Volta um passo da LSTM."""
    i, f, g, o = note["i"], note["f"], note["g"], note["o"]
    squashed = np.tanh(note["new_c"])
    dc = dc + dh * o * (1 - squashed**2)
    total = np.concatenate(
        [
            dc * g * i * (1 - i),
            dc * note["c"] * f * (1 - f),
            dc * i * (1 - g**2),
            dh * squashed * o * (1 - o),
        ]
    )
    return total, total, np.zeros_like(dh), dc * f


def _gru_back(note: dict[str, Array], dh: Array, dc: Array) -> tuple[Array, Array, Array, Array]:
    """Volta um passo da GRU; o bloco ``n`` da recorrência vem multiplicado por ``r``."""
    r, z, n, q = note["r"], note["z"], note["n"], note["q"]
    dn = dh * (1 - z) * (1 - n**2)
    dz = dh * (note["h"] - n) * z * (1 - z)
    dr = dn * q * r * (1 - r)
    return np.concatenate([dr, dz, dn]), np.concatenate([dr, dz, dn * r]), dh * z, dc


_BACKS = {"rnn": _rnn_back, "lstm": _lstm_back, "gru": _gru_back}


def bptt(
    kind: str,
    inputs: ArrayLike,
    weights: Weights,
    output_gradient: ArrayLike,
    *,
    initial: ArrayLike | None = None,
    truncate: int | None = None,
) -> BackwardPass:
    r"""Retropropaga no tempo: gradiente de uma perda em relação a pesos, entrada e estado.

    Para trás no tempo, o gradiente do estado soma o que vem da saída daquele passo e o que vem
    do passo seguinte:

    .. math::

        \delta_t = \frac{\partial L}{\partial h_t}
            + \left(\frac{\partial h_{t+1}}{\partial h_t}\right)^{\top} \delta_{t+1}

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        inputs: forma ``(B, T, D)``.
        weights: como em :func:`run_rnn`, :func:`run_lstm` ou :func:`run_gru`.
        output_gradient: gradientes :math:`\partial L/\partial h_t` por passo, forma ``(B, T, H)``.
        initial: estado inicial, :math:`h_0`, forma ``(B, H)``.
        truncate: corta o gradiente que cruza cada múltiplo de ``truncate`` passos (BPTT truncada
            em blocos); ``None`` não corta.

    Returns:
        Os gradientes somados sobre o lote e o tempo.

    Raises:
        ValueError: se ``kind`` não existir, alguma forma não servir, ou ``truncate`` não for
            positivo.

    Fonte:
        Werbos (1990). A retropropagação calcula o gradiente; quem atualiza os pesos é o
        otimizador. O corte em blocos é um dos modos de truncar; enviesa o gradiente (Tallec e
        Ollivier, 2017).

    Example:
        >>> one = {"weight_ih": [[1.0]], "weight_hh": [[0.5]], "bias_ih": [0.0], "bias_hh": [0.0]}
        >>> back = bptt("rnn", [[[0.0], [0.0]]], one, [[[0.0], [1.0]]])
        >>> back.inputs.ravel().tolist()  # um passo atrás, o gradiente já caiu à metade
        [0.5, 1.0]
    """
    if truncate is not None and truncate < 1:
        raise ValueError(f"truncate deve ser positivo ou None; recebi {truncate}.")
    tape, values, arrays = _run(kind, inputs, weights, initial)
    upstream = np.asarray(output_gradient, dtype=np.float64)
    expected = (*values.shape[:2], arrays["weight_hh"].shape[1])
    if upstream.shape != expected:
        raise ValueError(f"output_gradient deve ter forma {expected}; recebi {upstream.shape}.")
    grads = {name: np.zeros_like(array) for name, array in arrays.items()}
    d_inputs, d_initial = np.zeros_like(values), np.zeros((len(values), expected[2]))
    for b, notes in enumerate(tape):
        d_initial[b] = _backward_example(
            kind, notes, upstream[b], arrays, grads, d_inputs[b], truncate
        )
    return BackwardPass(inputs=d_inputs, initial=d_initial, **grads)


def _backward_example(
    kind: str,
    notes: list[dict[str, Array]],
    upstream: Array,
    weights: dict[str, Array],
    grads: dict[str, Array],
    d_inputs: Array,
    truncate: int | None,
) -> Array:
    """Volta um exemplo inteiro, acumulando em ``grads`` e ``d_inputs``; devolve dL/dh₀."""
    dh, dc = np.zeros(upstream.shape[1]), np.zeros(upstream.shape[1])
    for t in reversed(range(len(notes))):
        note = notes[t]
        from_input, from_state, direct, dc = _BACKS[kind](note, dh + upstream[t], dc)
        grads["weight_ih"] += np.outer(from_input, note["x"])
        grads["bias_ih"] += from_input
        grads["weight_hh"] += np.outer(from_state, note["h"])
        grads["bias_hh"] += from_state
        d_inputs[t] = weights["weight_ih"].T @ from_input
        dh = weights["weight_hh"].T @ from_state + direct
        if truncate is not None and t % truncate == 0:
            dh, dc = np.zeros_like(dh), np.zeros_like(dc)
    return dh
