"""Velocidade, medida numa corrida só e publicada como razões: ``make bench``.

Cada conjunto compara as camadas do curso com as das bibliotecas, conferindo antes que dão o
mesmo resultado, e grava ``book/_data/bench/<conjunto>.json`` com o ambiente. Nenhum teste
depende de tempo absoluto: o guarda de regressão (``--check``) compara razões, com folga.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import bench_attention
import bench_patterns
import numpy as np
import torch
from torch import nn

from coursekit.benchmark import Comparison, Spread, TimingOptions, compare
from coursekit.keras_layers import weights_from_torch
from coursekit.recurrent import GRU, LSTM, RNN

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "book" / "_data" / "bench"
KINDS = {
    "rnn": (RNN, nn.RNN, "SimpleRNN"),
    "lstm": (LSTM, nn.LSTM, "LSTM"),
    "gru": (GRU, nn.GRU, "GRU"),
}
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
PRODUCTS = "só os produtos"
SIZES = ((32, 100, 128), (32, 500, 64), (32, 100, 256))  # lote, passos, D = H
# Razão máxima aceita para torch.nn na volta completa, com folga sobre a medida publicada.
LIMITS = {"rnn": 2.0, "lstm": 3.0, "gru": 2.0}


def keras_task(kind: str, layer: nn.Module, inputs: torch.Tensor, train: bool) -> Callable[[], Any]:
    """A mesma camada no Keras (TensorFlow, compilada), com os mesmos pesos."""
    import keras
    import tensorflow as tf

    peer = getattr(keras.layers, KINDS[kind][2])(layer.hidden_size, return_sequences=True)
    peer.build(tuple(inputs.shape))
    state = {name: value.detach().numpy() for name, value in layer.state_dict().items()}
    peer.set_weights(weights_from_torch(kind, state))
    data = tf.constant(inputs.numpy())

    def forward() -> Any:
        return peer(data)

    def forward_and_backward() -> Any:
        with tf.GradientTape() as tape:
            outputs = peer(data)
            total = tf.reduce_sum(outputs)
        return outputs, tape.gradient(total, peer.trainable_weights)

    compiled = tf.function(forward_and_backward if train else forward)
    if train:
        return lambda: compiled()[0].numpy()
    return lambda: compiled().numpy()


def torch_task(layer: nn.Module, inputs: torch.Tensor, train: bool) -> Callable[[], Any]:
    """Ida, ou ida e volta, de uma camada do PyTorch."""

    def forward() -> Any:
        with torch.no_grad():
            return layer(inputs)[0].numpy()

    def forward_and_backward() -> Any:
        layer.zero_grad()
        outputs = layer(inputs)[0]
        outputs.sum().backward()
        return outputs.detach().numpy()

    return forward_and_backward if train else forward


def products_task(gates: int, inputs: torch.Tensor, train: bool) -> Callable[[], Any]:
    """Só os produtos de uma camada: o piso de quem a escreve com as operações do PyTorch.

    Um produto para a entrada inteira e um por passo; na volta, um por passo e os dois
    gradientes dos pesos.
    """
    batch, time, features = inputs.shape
    flat = inputs.reshape(-1, features)
    weight = torch.randn(gates * features, features) / features
    projected = torch.empty(len(flat), len(weight))
    step, state = torch.empty(batch, len(weight)), torch.randn(batch, features)
    into, gradient = torch.empty_like(state), torch.empty_like(weight)

    def products() -> Any:
        torch.mm(flat, weight.t(), out=projected)
        for _ in range(time):
            torch.mm(state, weight.t(), out=step)
        if train:
            for _ in range(time):
                torch.mm(step, weight, out=into)
            for _ in range(2):
                torch.mm(projected.t(), flat, out=gradient)
        return step

    return products


def compare_layer(kind: str, size: tuple[int, int, int], train: bool, repeats: int) -> Comparison:
    """Compara a camada do curso com as duas bibliotecas, num tamanho."""
    batch, time, features = size
    torch.manual_seed(0)
    mine, theirs, _ = KINDS[kind]
    layer, peer = mine(features, features), theirs(features, features, batch_first=True)
    layer.load_state_dict(peer.state_dict())
    inputs = torch.randn(batch, time, features)
    candidates = {
        "torch.nn": torch_task(peer, inputs, train),
        "coursekit": torch_task(layer, inputs, train),
        "keras": keras_task(kind, layer, inputs, train),
    }
    same = lambda a, b: bool(np.allclose(a, b, rtol=0, atol=1e-5))  # noqa: E731
    return compare(candidates, agree=same, options=TimingOptions(repeats=repeats))


def products_ratio(kind: str, size: tuple[int, int, int], train: bool, repeats: int) -> Spread:
    """Tempo dos produtos sozinhos, em vezes o de torch.nn; fazem menos, e não se conferem."""
    torch.manual_seed(0)
    features = size[2]
    peer, inputs = KINDS[kind][1](features, features, batch_first=True), torch.randn(*size)
    candidates = {
        "torch.nn": torch_task(peer, inputs, train),
        PRODUCTS: products_task(GATES[kind], inputs, train),
    }
    return compare(candidates, options=TimingOptions(repeats=repeats)).ratios[PRODUCTS]


def recurrent(repeats: int) -> dict[str, Any]:
    """RNN, LSTM e GRU contra torch.nn e Keras, numa thread, ida e ida e volta."""
    import tensorflow as tf

    torch.set_num_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rows, environment = [], None
    for kind in KINDS:
        for size in SIZES:
            for train in (False, True):
                record = compare_layer(kind, size, train, repeats).to_dict()
                environment = record["environment"]
                ratios = {name: record["ratios"][name] for name in ("coursekit", "keras")}
                ratios[PRODUCTS] = asdict(products_ratio(kind, size, train, repeats))
                mode = "ida e volta" if train else "ida"
                rows.append({"kind": kind, "size": list(size), "mode": mode, "ratios": ratios})
                show(rows[-1])
    return {
        "baseline": "torch.nn", "floor": PRODUCTS, "threads": 1, "rows": rows,
        "environment": environment,
    }  # fmt: skip


def show(row: dict[str, Any]) -> None:
    """Uma linha por medida, à medida que sai."""
    texts = [
        f"{name} {value['median']:.2f} [{value['lower']:.2f}; {value['upper']:.2f}]"
        for name, value in row["ratios"].items()
    ]
    print(f"  {row['kind']:<5} {row['size']!s:<15} {row['mode']:<12}", *texts, flush=True)


SUITES: dict[str, Callable[[int], dict[str, Any]]] = {
    "attention": bench_attention.attention,
    "padroes": bench_patterns.patterns,
    "recurrent": recurrent,
}


def too_slow(record: dict[str, Any]) -> list[str]:
    """Linhas cuja razão para torch.nn passou do limite com folga."""
    slow = []
    for row in record["rows"]:
        found, limit = row["ratios"]["coursekit"]["median"], LIMITS[row["kind"]]
        if row["mode"] == "ida e volta" and found > limit:
            slow.append(f"{row['kind']} {row['size']}: {found:.2f} vezes torch.nn; limite {limit}")
    return slow


GUARDS = {
    "attention": bench_attention.too_slow,
    "padroes": bench_patterns.too_slow,
    "recurrent": too_slow,
}


def main() -> int:
    """Roda os conjuntos pedidos, mostra e grava as razões."""
    parser = argparse.ArgumentParser(description="Velocidade, em razões")
    parser.add_argument("suites", nargs="*", default=sorted(SUITES))
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--check", action="store_true", help="só confere os limites; não grava")
    options = parser.parse_args()
    unknown = sorted(set(options.suites) - set(SUITES))
    if unknown:
        parser.error(f"não há conjunto {', '.join(unknown)}; há {', '.join(sorted(SUITES))}.")
    if len(options.suites) > 1:
        return apart(options.suites, options.repeats, check=options.check)
    (name,) = options.suites
    print(f"» {name}: razão de tempo para a referência, mediana [quartis]", flush=True)
    record = {"date": date.today().isoformat(), **SUITES[name](options.repeats)}
    problems = GUARDS[name](record)
    if not options.check:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, ensure_ascii=False, indent=1)
        (OUTPUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print("\n".join(problems) or f"{name}: todas as razões dentro dos limites.")
    return 1 if problems else 0


def apart(suites: Sequence[str], repeats: int, *, check: bool) -> int:
    """Cada conjunto num processo novo.

    A memória que um conjunto deixa pronta apressa o seguinte, e não a todos por igual: depois da
    atenção, a volta da LSTM de torch.nn em 500 passos leva perto de 0,6 do tempo.
    """
    arguments = ["--repeats", str(repeats), *(["--check"] if check else [])]
    codes = [subprocess.call([sys.executable, __file__, name, *arguments]) for name in suites]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
