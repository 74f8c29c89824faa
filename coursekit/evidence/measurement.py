"""Uma medida: nome, valor, limiar, e se passou."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coursekit.evidence.formatting import format_number
from coursekit.evidence.threshold import Threshold

VERDICTS = ("confirmado", "parcial", "refutado", "sem apoio")


class MeasurementError(AssertionError):
    """A medida não satisfez o limiar fixado: o texto, e não o limiar, precisa mudar."""


@dataclass(frozen=True)
class Measurement:
    """Uma medida feita pela execução, com o limiar que ela tinha de satisfazer.

    Args:
        name: identificador usado nos modelos de texto (``count_decreased``).
        label: nome em português, para o leitor.
        value: valor medido; é dele que o limiar fala.
        unit: unidade do valor, ou texto vazio.
        threshold: limiar fixado antes de medir.
        per_seed: um valor por semente, todos guardados; vazio se não houver sorteio.
        every_seed: se o limiar vale também para cada semente.
        timing: se o valor é tempo (muda a cada execução; só o limiar se compara).
        supports: veredito que esta medida, tendo passado, apoia para cada afirmação.
    """

    name: str
    label: str
    value: bool | int | float
    unit: str
    threshold: Threshold
    per_seed: tuple[float, ...] = ()
    every_seed: bool = False
    timing: bool = False
    supports: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Se o valor (e cada semente, quando exigido) satisfaz o limiar."""
        points = (self.value, *self.per_seed) if self.every_seed else (self.value,)
        return all(self.threshold.holds(point) for point in points)

    @property
    def shown_value(self) -> str:
        """Valor para o leitor; o de tempo não aparece, porque muda a cada execução."""
        if self.timing:
            return "varia a cada execução"
        return f"{format_number(self.value)} {self.unit}".rstrip()

    @property
    def shown_threshold(self) -> str:
        """Limiar para o leitor; o de uma medida de sim ou não se escreve «sim» ou «não»."""
        if isinstance(self.value, bool) and self.threshold.kind == "equals":
            return format_number(bool(self.threshold.low))
        return self.threshold.describe()

    @property
    def shown_points(self) -> tuple[str, ...]:
        """Valor de cada semente, para o leitor."""
        kind = bool if isinstance(self.value, bool) else float
        return tuple(format_number(kind(point)) for point in self.per_seed)

    def __repr__(self) -> str:
        outcome = "satisfeito" if self.passed else "não satisfeito"
        return f"{self.label}: {self.shown_value} (limiar: {self.shown_threshold}; {outcome})"

    def to_dict(self) -> dict[str, Any]:
        """Devolve a medida como vai ao JSON."""
        return {
            "name": self.name,
            "label": self.label,
            "value": _json_number(self.value),
            "unit": self.unit,
            "threshold": self.threshold.to_dict(),
            "passed": self.passed,
            "per_seed": [_json_number(point) for point in self.per_seed],
            "every_seed": self.every_seed,
            "timing": self.timing,
            "supports": dict(self.supports),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Measurement":
        """Lê o que :meth:`to_dict` escreveu (``passed`` é recalculado)."""
        return cls(
            name=data["name"],
            label=data["label"],
            value=_from_json_number(data["value"]),
            unit=data["unit"],
            threshold=Threshold.from_dict(data["threshold"]),
            per_seed=tuple(_from_json_number(point) for point in data["per_seed"]),
            every_seed=data["every_seed"],
            timing=data["timing"],
            supports=dict(data["supports"]),
        )


def as_number(value: object, name: str) -> bool | int | float:
    """Converte escalar de Python, NumPy ou PyTorch num número de Python.

    Args:
        value: booleano, número, ou objeto de um só elemento com ``item()``.
        name: nome da medida, para a mensagem.

    Returns:
        O mesmo número, como ``bool``, ``int`` ou ``float``.

    Raises:
        TypeError: se não for um escalar numérico.

    Example:
        >>> import numpy
        >>> as_number(numpy.float64(0.5), "acuracia")
        0.5
    """
    item = getattr(value, "item", None)
    if callable(item) and _num_elements(value) == 1:
        value = item()
    if isinstance(value, bool | int | float):
        return value
    raise TypeError(
        f"a medida {name} recebeu {type(value).__name__}; ela guarda um número ou booleano. "
        "Resuma antes (por exemplo, float(x.mean())) e ponha os demais em per_seed=."
    )


def as_points(values: Sequence[object] | None, name: str, num_seeds: int) -> tuple[float, ...]:
    """Converte os valores por semente, exigindo um para cada semente declarada.

    Args:
        values: um valor por semente, ou ``None``.
        name: nome da medida, para a mensagem.
        num_seeds: quantas sementes o experimento declarou.

    Returns:
        Os valores, na ordem das sementes; tupla vazia se ``values`` for ``None``.

    Raises:
        ValueError: se a quantidade não for a de sementes.

    Example:
        >>> as_points([1, 2.5], "erro", 2)
        (1.0, 2.5)
    """
    if values is None:
        return ()
    points = tuple(float(as_number(value, name)) for value in values)
    if len(points) != num_seeds:
        raise ValueError(
            f"a medida {name} trouxe {len(points)} valores em per_seed= e o experimento declara "
            f"{num_seeds} sementes. Guarde um valor por semente, na mesma ordem."
        )
    return points


def _num_elements(value: object) -> object:
    """Conta os elementos de um arranjo do NumPy ou de um tensor do PyTorch."""
    counter = getattr(value, "numel", None)
    return counter() if callable(counter) else getattr(value, "size", 1)


def _json_number(value: float) -> bool | int | float | str:
    """JSON não tem ``nan`` nem infinito: viram texto."""
    return value if math.isfinite(value) else str(value)


def _from_json_number(value: Any) -> Any:
    """Desfaz :func:`_json_number`."""
    return float(value) if isinstance(value, str) else value
