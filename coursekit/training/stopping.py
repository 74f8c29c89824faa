"""Parada antecipada, decidida só pela série de valores já observados."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class EarlyStopping:
    """Para o treino quando o valor observado deixa de melhorar.

    Não guarda estado: a decisão é função da série inteira, e por isso é a mesma antes e
    depois de uma retomada.

    Args:
        patience: épocas seguidas sem melhora que se toleram; inteiro positivo.
        monitor: ``"loss"`` (perda média da época) ou o nome de uma métrica devolvida por
            ``evaluate``.
        mode: ``"min"`` se menor é melhor, ``"max"`` se maior é melhor.
        min_delta: melhora mínima que conta, na unidade do valor observado; não negativa.
        restore_best: se verdadeiro, o modelo termina com os pesos da melhor época.

    Raises:
        ValueError: se algum argumento sair do domínio acima.

    Example:
        >>> stopping = EarlyStopping(patience=2)
        >>> stopping.should_stop([3.0, 2.0, 2.5]), stopping.should_stop([3.0, 2.0, 2.5, 2.0])
        (False, True)
        >>> stopping.best_index([3.0, 2.0, 2.5, 2.0])
        1
    """

    patience: int
    monitor: str = "loss"
    mode: str = "min"
    min_delta: float = 0.0
    restore_best: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.patience, bool) or not isinstance(self.patience, int):
            raise ValueError(f"patience deve ser um inteiro positivo; recebi {self.patience!r}.")
        if self.patience < 1:
            raise ValueError(f"patience deve ser pelo menos 1 época; recebi {self.patience}.")
        if self.mode not in {"min", "max"}:
            raise ValueError(
                f"mode deve ser 'min' (menor é melhor) ou 'max' (maior é melhor); "
                f"recebi {self.mode!r}."
            )
        if not (math.isfinite(self.min_delta) and self.min_delta >= 0):
            raise ValueError(f"min_delta deve ser finito e não negativo; recebi {self.min_delta}.")

    def best_index(self, values: Sequence[float]) -> int | None:
        """Acha a posição do melhor valor da série.

        Uma melhora só conta se passar de ``min_delta``; empate fica com o mais antigo e
        ``nan`` nunca é melhora.

        Args:
            values: um valor por época, na ordem em que ocorreram.

        Returns:
            A posição (a partir de 0), ou ``None`` se a série for vazia ou só tiver ``nan``.
        """
        best: int | None = None
        for index, value in enumerate(values):
            if math.isnan(value):
                continue
            if best is None or self._improves(value, values[best]):
                best = index
        return best

    def should_stop(self, values: Sequence[float]) -> bool:
        """Diz se já se passaram ``patience`` épocas sem melhora.

        Args:
            values: um valor por época, na ordem em que ocorreram.

        Returns:
            Verdadeiro se o treino deve parar agora.
        """
        best = self.best_index(values)
        epochs_without_gain = len(values) if best is None else len(values) - 1 - best
        return epochs_without_gain >= self.patience

    def _improves(self, value: float, best: float) -> bool:
        """Compara um valor com o melhor até aqui."""
        gain = best - value if self.mode == "min" else value - best
        return gain > self.min_delta
