"""O limiar de uma medida: fixado antes de olhar, e nunca satisfeito por ``nan``."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.evidence.formatting import format_number

_KINDS = ("at_most", "at_least", "equals", "between")
THOUSANDS = 10_000  # daqui em diante, o número ganha o ponto de milhar


@dataclass(frozen=True)
class Threshold:
    """Faixa fechada em que o valor medido precisa cair.

    Args:
        kind: ``"at_most"``, ``"at_least"``, ``"equals"`` ou ``"between"``.
        low: menor valor aceito (``-inf`` em ``at_most``).
        high: maior valor aceito (``inf`` em ``at_least``).
        tolerance: folga de ``equals``, em unidades do valor; zero exige igualdade exata.
    """

    kind: str
    low: float
    high: float
    tolerance: float = 0.0

    @classmethod
    def choose(
        cls,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        equals: float | bool | None = None,
        between: tuple[float, float] | None = None,
        tolerance: float | None = None,
    ) -> "Threshold":
        """Constrói o limiar a partir de exatamente uma das quatro opções.

        Args:
            at_most: o valor pode chegar até aqui.
            at_least: o valor precisa chegar até aqui.
            equals: o valor precisa ser este.
            between: par (menor, maior), com as pontas incluídas.
            tolerance: folga não negativa, só com ``equals``.

        Returns:
            O limiar escolhido.

        Raises:
            ValueError: se vier nenhuma ou mais de uma opção, se um limite não for
                finito, se o par estiver invertido ou se a folga não couber.

        Example:
            >>> Threshold.choose(at_most=0.1).describe()
            'no máximo 0,1'
        """
        options = {"at_most": at_most, "at_least": at_least, "equals": equals, "between": between}
        given = [name for name in _KINDS if options[name] is not None]
        if len(given) != 1:
            came = " e ".join(given) if given else "nenhum"
            raise ValueError(
                f"toda medida tem um limiar, e só um; recebi {came}. "
                "Use at_most=, at_least=, equals= (com tolerance=) ou between=(menor, maior)."
            )
        kind = given[0]
        if tolerance is not None and (kind != "equals" or not 0 <= tolerance < math.inf):
            raise ValueError(
                f"tolerance={tolerance!r} com {kind}: a folga só acompanha equals= e não pode "
                "ser negativa. Tire tolerance= ou use equals=valor, tolerance=folga."
            )
        low, high = _bounds(kind, options[kind])
        return cls(kind, low, high, tolerance or 0.0)

    def holds(self, value: float) -> bool:
        """Diz se o valor satisfaz o limiar; ``nan`` e infinito nunca satisfazem."""
        if not math.isfinite(value):
            return False
        return self.low - self.tolerance <= value <= self.high + self.tolerance

    def describe(self) -> str:
        """Descreve o limiar em português, com vírgula decimal."""
        if self.kind == "at_most":
            return f"no máximo {_exact(self.high)}"
        if self.kind == "at_least":
            return f"no mínimo {_exact(self.low)}"
        if self.kind == "between":
            return f"entre {_exact(self.low)} e {_exact(self.high)}"
        slack = f" ± {_exact(self.tolerance)}" if self.tolerance else ""
        return f"igual a {_exact(self.low)}{slack}"

    def to_dict(self) -> dict[str, Any]:
        """Devolve o limiar como vai ao JSON: a opção usada e a folga, se houver."""
        if self.kind == "between":
            return {"between": [self.low, self.high]}
        bound = self.high if self.kind == "at_most" else self.low
        return {self.kind: bound} | ({"tolerance": self.tolerance} if self.tolerance else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Threshold":
        """Lê o que :meth:`to_dict` escreveu."""
        options = dict(data)
        if "between" in options:
            low, high = options["between"]
            options["between"] = (low, high)
        return cls.choose(**options)


def _bounds(kind: str, bound: Any) -> tuple[float, float]:
    """Valida o limite e o converte no par (menor, maior)."""
    pair = tuple(bound) if kind == "between" else (bound, bound)
    if len(pair) != 2 or not all(math.isfinite(edge) for edge in pair) or pair[0] > pair[1]:
        raise ValueError(
            f"{kind}={bound!r} não delimita uma faixa. Use números finitos; "
            "em between=, o menor vem primeiro."
        )
    low = -math.inf if kind == "at_most" else float(pair[0])
    high = math.inf if kind == "at_least" else float(pair[1])
    return low, high


def _exact(value: float) -> str:
    """Escreve o limite por inteiro: é escolha nossa, não medida."""
    if abs(value) >= THOUSANDS:
        return format_number(value, ",d" if float(value).is_integer() else ",g")
    return format_number(value, ".0e" if 0 < abs(value) < 1e-3 else "g")
