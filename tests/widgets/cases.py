"""Um exemplar de cada figura interativa, para as provas que valem para todas."""

import numpy as np

from coursekit import widgets

LABELS = ["gato", "dormiu", "sofá"]
KEYS = [[1.0, 0.2], [0.3, 1.1], [-1.0, 0.4], [-0.5, -0.9], [0.2, -0.6]]
NAMES = ["gato", "sofá", "lua", "chuva", "rua"]
SENTENCE = ["o", "gato", "que", "dormiu", "no", "sofá", "acordou"]
WORDS = ["o", "filme", "não", "foi", "nada", "ruim", "hoje"]
VALUES = [0.1, 0.4, -1.2, 0.0, -0.6, 2.5, 0.3]
SCORES = [-1.0, 0.5, 1.3, -1.0, 0.8, 2.4, 0.0]
QUESTION = widgets.Question(
    "Quanto é 2 + 3?",
    [
        widgets.Option("5", correct=2 + 3 == 5, explanation="Dois mais três são cinco."),
        widgets.Option("6", correct=2 + 3 == 6, explanation="Seis é o produto."),
        widgets.Option("1", correct=2 + 3 == 1, explanation="Um é a diferença."),
    ],
)


def curve_data():
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(0, 5, 29))
    truth = 2 * np.sin(x) + x**0.8
    return x, truth + rng.normal(0, 0.5, x.size), truth


def kernel():
    x, y, truth = curve_data()
    return widgets.kernel_bandwidth(x, y, truth=truth)


def lookup_plane():
    values = [[2.0, 1.0], [0.0, 2.0], [-2.0, 0.0], [1.0, -2.0], [0.5, 0.5]]
    return widgets.query_key_value(KEYS, values, NAMES, [0.8, 0.6])


def lookup_line():
    return widgets.query_key_value(KEYS, [2.0, 5.0, -1.0, 8.0, 3.0], NAMES, [0.3, -0.6])


def precomputed():
    bars = [[0.79, 0.62], [0.91, 0.82], [0.97, 0.97]]
    return widgets.slider_figure("Pixels", [8, 16, 64], bars, ["IM", "brilho"], title="Pixels")


def hidden_states(steps, units, seed=7):
    """Estados de uma rede simples de pesos sorteados, h₀ na primeira linha."""
    rng = np.random.default_rng(seed)
    inputs, recurrent = rng.normal(size=(steps, units)), rng.normal(size=(units, units))
    states = [np.zeros(units)]
    for step in range(steps):
        states.append(np.tanh(inputs[step] + 0.7 * recurrent @ states[-1]))
    return np.array(states)


def unrolled():
    return widgets.unrolled_rnn(SENTENCE, hidden_states(len(SENTENCE), 5))


RADII = np.array([0.5, 0.8, 0.9, 1.0, 1.1, 1.5])


def lag_curves(num_lags=100):
    """Três dinâmicas de fator conhecido: ρ, um pouco menos que ρ, e sempre 1."""
    lags = np.arange(float(num_lags))
    damped = np.minimum(0.92 * RADII, 1.03)[:, None] ** lags
    return {
        "linear": RADII[:, None] ** lags,
        "tanh": damped * (1 + 0.2 * np.cos(lags)),
        "ortogonal": np.ones((len(RADII), num_lags)),
    }


def gate_values(steps=7, units=3, seed=11, initial=0.0):
    """Portas sorteadas e os estados que elas produzem, passo a passo."""
    rng = np.random.default_rng(seed)
    forget, entry, output = 1 / (1 + np.exp(-rng.normal(0.5, 1.5, size=(3, steps, units))))
    candidate = np.tanh(rng.normal(size=(steps, units)))
    cell, cells = np.full(units, initial), []
    for f, i, g in zip(forget, entry, candidate, strict=True):
        cell = f * cell + i * g
        cells.append(cell)
    values = {"forget": forget, "input": entry, "output": output, "candidate": candidate}
    return {**values, "cell": np.array(cells), "hidden": output * np.tanh(cells)}


CASES = {
    "softmax_temperature": lambda: widgets.softmax_temperature([2.0, 1.0, -1.0], LABELS),
    "query_key_value-plano": lookup_plane,
    "query_key_value-reta": lookup_line,
    "weighting_threshold": lambda: widgets.weighting_threshold([1, 2, 5, 3, 7, 9, 6], 5.0),
    "attention_budget": widgets.attention_budget,
    "kernel_bandwidth": kernel,
    "scaled_scores": lambda: widgets.scaled_scores(num_keys=7),
    "slider_figure": precomputed,
    "attention_hero": widgets.attention_hero,
    "unrolled_rnn": unrolled,
    "lstm_gates": lambda: widgets.lstm_gates(SENTENCE, gate_values()),
    "pattern_explorer": widgets.pattern_explorer,
    "pooling_explorer": lambda: widgets.pooling_explorer(VALUES, SCORES, labels=WORDS),
    "gradient_lag": lambda: widgets.gradient_lag(RADII, lag_curves()),
    "quiz": lambda: widgets.quiz([QUESTION, QUESTION]),
}
