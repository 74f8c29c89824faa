"""Histórico de um treino: o que aconteceu, passo a passo, pronto para guardar em JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

_SERIES = ("step_losses", "epoch_losses", "gradient_norms", "learning_rates")


@dataclass(frozen=True)
class History:
    """Guarda as perdas e as métricas de um treino; não muda depois de criado.

    Args:
        step_losses: perda de cada passo, na ordem.
        epoch_losses: média simples das perdas dos passos de cada época.
        metrics: por nome, um valor por época (o que ``evaluate`` devolveu).
        gradient_norms: norma do gradiente de cada passo, antes do recorte; vazia se o
            treino não recortou.
        learning_rates: taxa de aprendizado do primeiro grupo, ao fim de cada época.
        stopped_early: se a parada antecipada encerrou o treino.

    Raises:
        ValueError: se as séries por época tiverem comprimentos diferentes.

    Example:
        >>> history = History(step_losses=(4.0, 2.0), epoch_losses=(3.0,), learning_rates=(0.1,))
        >>> History.from_json(history.to_json()) == history
        True
    """

    step_losses: tuple[float, ...] = ()
    epoch_losses: tuple[float, ...] = ()
    metrics: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    gradient_norms: tuple[float, ...] = ()
    learning_rates: tuple[float, ...] = ()
    stopped_early: bool = False

    def __post_init__(self) -> None:
        frozen = {name: tuple(values) for name, values in self.metrics.items()}
        object.__setattr__(self, "metrics", MappingProxyType(frozen))
        for name in _SERIES:
            object.__setattr__(self, name, tuple(getattr(self, name)))
        lengths = {"learning_rates": len(self.learning_rates)}
        lengths.update({f"metrics[{name!r}]": len(values) for name, values in frozen.items()})
        for name, length in lengths.items():
            if length != len(self.epoch_losses):
                raise ValueError(
                    f"{name} tem {length} valores para {len(self.epoch_losses)} épocas. "
                    "Dê um valor por época."
                )

    @property
    def num_epochs(self) -> int:
        """Número de épocas completas."""
        return len(self.epoch_losses)

    def series(self, name: str) -> NDArray[np.float64]:
        """Devolve uma série como vetor do NumPy, pronta para um gráfico.

        Args:
            name: ``"loss"`` (perda por época), ``"step_loss"`` (perda por passo),
                ``"gradient_norm"``, ``"learning_rate"`` ou o nome de uma métrica.

        Returns:
            Vetor de float64, forma ``(épocas,)`` ou ``(passos,)``.

        Raises:
            KeyError: se a série não existir.
        """
        known: dict[str, tuple[float, ...]] = {
            "loss": self.epoch_losses,
            "step_loss": self.step_losses,
            "gradient_norm": self.gradient_norms,
            "learning_rate": self.learning_rates,
            **self.metrics,
        }
        if name not in known:
            raise KeyError(f"não há série {name!r} no histórico; há: {', '.join(known)}.")
        return np.array(known[name], dtype=np.float64)

    def to_json(self) -> str:
        """Escreve o histórico em JSON, sem perder nenhum bit dos números.

        Returns:
            Texto JSON com uma chave por campo; ``nan`` e infinitos viram texto.
        """
        record: dict[str, object] = {
            name: [_encode(value) for value in getattr(self, name)] for name in _SERIES
        }
        record["metrics"] = {
            name: [_encode(value) for value in values] for name, values in self.metrics.items()
        }
        record["stopped_early"] = self.stopped_early
        return json.dumps(record, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "History":
        """Lê um histórico escrito por :meth:`to_json`.

        Args:
            text: o texto JSON.

        Returns:
            O histórico, igual ao que foi escrito.

        Raises:
            ValueError: se o texto não for JSON ou não for um histórico.
        """
        try:
            record = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"o texto não é JSON (linha {error.lineno}, coluna {error.colno}). "
                "Passe o que History.to_json() escreveu."
            ) from error
        expected = {*_SERIES, "metrics", "stopped_early"}
        if not isinstance(record, dict) or set(record) != expected:
            raise ValueError(
                f"o JSON não é um histórico: esperava as chaves {sorted(expected)}. "
                "Passe o que History.to_json() escreveu."
            )
        return cls(
            **{name: _decode_series(name, record[name]) for name in _SERIES},
            metrics=_decode_metrics(record["metrics"]),
            stopped_early=_decode_flag(record["stopped_early"]),
        )

    def __hash__(self) -> int:
        return hash(self.to_json())


def _encode(value: float) -> float | str:
    """JSON não tem nan nem infinito: viram texto."""
    return float(value) if math.isfinite(value) else str(float(value))


def _decode_series(name: str, values: object) -> tuple[float, ...]:
    """Confere que a série é uma lista de números."""
    if not isinstance(values, list):
        raise ValueError(f"{name} deve ser uma lista de números; recebi {type(values).__name__}.")
    return tuple(_decode_number(name, value) for value in values)


def _decode_number(name: str, value: object) -> float:
    """Lê um número, ou o texto de um número não finito."""
    if isinstance(value, str) and value in {"nan", "inf", "-inf"}:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} deve conter só números; recebi {value!r}.")
    return float(value)


def _decode_metrics(metrics: object) -> dict[str, tuple[float, ...]]:
    """Confere que as métricas são um dicionário de séries."""
    if not isinstance(metrics, dict):
        raise ValueError(
            f"metrics deve ser um dicionário de listas; recebi {type(metrics).__name__}."
        )
    return {name: _decode_series(f"metrics[{name!r}]", values) for name, values in metrics.items()}


def _decode_flag(value: object) -> bool:
    """Confere que o valor é booleano."""
    if not isinstance(value, bool):
        raise ValueError(f"stopped_early deve ser verdadeiro ou falso; recebi {value!r}.")
    return value
