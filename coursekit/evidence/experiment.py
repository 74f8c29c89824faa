"""Um experimento: mede, exige o limiar e fecha um cartão."""

import os
import platform
import re
import sys
import time
from collections.abc import Mapping, Sequence

from coursekit.evidence.card import CARDS_DIR_VARIABLE, Card, write_card
from coursekit.evidence.catalog import load_claims, load_experiments
from coursekit.evidence.measurement import (
    VERDICTS,
    Measurement,
    MeasurementError,
    as_number,
    as_points,
)
from coursekit.evidence.threshold import Threshold

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REPORTED_LIBRARIES = ("numpy", "torch", "keras")


class Experiment:
    """Experimento do catálogo, com sementes e dados declarados antes de medir.

    Args:
        experiment_id: identificador do catálogo, como ``"E04"``.
        title: título em português.
        data: de onde vêm os dados, numa frase.
        seeds: sementes usadas; lista vazia se nada for sorteado.

    Raises:
        ValueError: se o identificador não for do catálogo, se faltar título ou dados,
            ou se uma semente se repetir.

    Example:
        >>> contagem = Experiment("E04", title="Contagem", data="7 números do texto", seeds=[])
        >>> contagem.measure(
        ...     "count_decreased", 0, equals=0,
        ...     label="valores diminuídos", supports={"S1-27": "refutado"},
        ... )
        valores diminuídos: 0 (limiar: igual a 0; satisfeito)
    """

    def __init__(self, experiment_id: str, *, title: str, data: str, seeds: Sequence[int]) -> None:
        catalog = load_experiments()
        if experiment_id not in catalog:
            raise ValueError(
                f"o experimento {experiment_id!r} não está no catálogo, que vai de "
                f"{min(catalog)} a {max(catalog)}. Corrija o identificador ou acrescente "
                "a linha em coursekit/evidence/experiments.csv."
            )
        if not title.strip() or not data.strip():
            raise ValueError(
                f"{experiment_id}: title={title!r} e data={data!r}; os dois são obrigatórios. "
                "Diga em uma frase o que se mede e de onde vêm os dados."
            )
        if len(set(seeds)) != len(seeds):
            raise ValueError(
                f"{experiment_id}: sementes repetidas em {list(seeds)}. Use sementes distintas."
            )
        self.experiment_id = experiment_id
        self.title = title
        self.data = data
        self.seeds = tuple(int(seed) for seed in seeds)
        self._measurements: list[Measurement] = []
        self._start = time.perf_counter()

    def measure(
        self,
        name: str,
        value: object,
        *,
        unit: str = "",
        at_most: float | None = None,
        at_least: float | None = None,
        equals: float | bool | None = None,
        between: tuple[float, float] | None = None,
        tolerance: float | None = None,
        per_seed: Sequence[object] | None = None,
        every_seed: bool = False,
        supports: Mapping[str, str] | None = None,
        label: str | None = None,
        timing: bool = False,
    ) -> Measurement:
        """Registra uma medida e exige que ela satisfaça o limiar.

        O limiar é obrigatório e vale para ``value``; com ``every_seed=True`` vale também
        para cada valor de ``per_seed``. ``nan`` e infinito nunca satisfazem.

        Args:
            name: identificador em minúsculas, usado nos modelos (``{E04.count_equal}``).
            value: número ou booleano (escalar de NumPy ou PyTorch também serve).
            unit: unidade (``"s"``, ``"MiB"``, ``"nats"``); vazio se não houver.
            at_most: limiar superior, incluído.
            at_least: limiar inferior, incluído.
            equals: valor exato, ou com a folga de ``tolerance``.
            between: par (menor, maior), incluídos.
            tolerance: folga de ``equals``.
            per_seed: um valor por semente declarada, na ordem delas; todos são guardados.
            every_seed: exige o limiar de cada semente, além de ``value``.
            supports: para cada afirmação, o veredito que a medida apoia se passar.
            label: nome em português para o leitor; sem ele, vale ``name`` com espaços.
            timing: marca tempo ou memória, que mudam a cada execução: o cartão guarda o
                valor, mas a página e as comparações só olham o limiar.

        Returns:
            A medida registrada.

        Raises:
            ValueError: se o nome, o limiar, as sementes ou ``supports`` estiverem errados.
            MeasurementError: se a medida não satisfizer o limiar.

        Example:
            >>> soma = Experiment("E05", title="Soma", data="32 escores sorteados", seeds=[0])
            >>> soma.measure("sum_error", 2.2e-16, at_most=1e-12, label="erro da soma")
            erro da soma: menos de 10⁻¹² (limiar: no máximo 10⁻¹²; satisfeito)
        """
        self._check_name(name)
        self._check_supports(name, supports or {})
        points = as_points(per_seed, name, len(self.seeds))
        if every_seed and not points:
            raise ValueError(
                f"{self.experiment_id}.{name}: every_seed=True sem per_seed=. "
                "Passe os valores por semente, ou tire every_seed."
            )
        threshold = Threshold.choose(
            at_most=at_most, at_least=at_least, equals=equals, between=between, tolerance=tolerance
        )
        measurement = Measurement(
            name=name,
            label=label or name.replace("_", " "),
            value=as_number(value, name),
            unit=unit,
            threshold=threshold,
            per_seed=points,
            every_seed=every_seed,
            timing=timing,
            supports=dict(supports or {}),
        )
        self._measurements.append(measurement)
        if not measurement.passed:
            raise MeasurementError(_failure(self.experiment_id, measurement))
        return measurement

    def card(self) -> Card:
        """Fecha o cartão e, se ``COURSEKIT_CARDS_DIR`` existir no ambiente, grava-o lá.

        Returns:
            O cartão, que se mostra como tabela no caderno.

        Raises:
            ValueError: se nada tiver sido medido.
        """
        if not self._measurements:
            raise ValueError(
                f"o experimento {self.experiment_id} não mediu nada. "
                "Chame measure() ao menos uma vez antes de card()."
            )
        card = Card(
            card_id=self.experiment_id,
            title=self.title,
            chapter=load_experiments()[self.experiment_id].chapter,
            seeds=self.seeds,
            versions=loaded_versions(),
            data=self.data,
            measurements=tuple(self._measurements),
            seconds=round(time.perf_counter() - self._start, 2),
        )
        directory = os.environ.get(CARDS_DIR_VARIABLE)
        if directory:
            write_card(card, directory)
        return card

    def _check_name(self, name: str) -> None:
        """Exige nome utilizável em modelos, e único no experimento."""
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{self.experiment_id}: nome de medida {name!r}. Use minúsculas sem acento, "
                "dígitos e sublinhado, como count_decreased; o nome em português vai em label=."
            )
        if any(item.name == name for item in self._measurements):
            raise ValueError(
                f"{self.experiment_id} já mediu {name}. Dê outro nome, ou crie o experimento "
                "de novo no começo da célula."
            )

    def _check_supports(self, name: str, supports: Mapping[str, str]) -> None:
        """Exige que o veredito apoiado seja o que a tabela de afirmações traz."""
        claims = load_claims()
        for claim_id, verdict in supports.items():
            where = f"{self.experiment_id}.{name}, supports={{{claim_id!r}: {verdict!r}}}"
            if claim_id not in claims:
                raise ValueError(
                    f"{where}: a afirmação não existe. Os identificadores são os de "
                    "coursekit/evidence/claims.csv, como S1-27."
                )
            if verdict not in VERDICTS:
                raise ValueError(f"{where}: veredito desconhecido. Use {', '.join(VERDICTS)}.")
            if claims[claim_id].verdict != verdict:
                raise ValueError(
                    f"{where}: a tabela diz «{claims[claim_id].verdict or 'ainda sem veredito'}». "
                    "Se a medida está certa, corrija o texto e o veredito em "
                    "coursekit/evidence/claims.csv."
                )


def loaded_versions() -> dict[str, str]:
    """Devolve as versões do Python e das bibliotecas numéricas já carregadas.

    Returns:
        Nome e versão; uma biblioteca que ninguém importou fica de fora.

    Example:
        >>> "python" in loaded_versions()
        True
    """
    versions = {"python": platform.python_version()}
    for library in _REPORTED_LIBRARIES:
        module = sys.modules.get(library)
        if module is not None and hasattr(module, "__version__"):
            versions[library] = str(module.__version__)
    return versions


def _failure(experiment_id: str, measurement: Measurement) -> str:
    """Explica a medida que falhou, com as sementes que falharam, se for o caso."""
    failing = [point for point in measurement.per_seed if not measurement.threshold.holds(point)]
    seeds = f" Por semente: {list(measurement.per_seed)}." if failing else ""
    rule = "o valor e cada semente" if measurement.every_seed else "o valor"
    came = f"{measurement.value!r} {measurement.unit}".rstrip()
    return (
        f"{experiment_id}.{measurement.name}: medi {came} e o limiar é "
        f"{measurement.threshold.describe()} (vale para {rule}).{seeds} A medida contradiz o "
        "texto: confira o código; se estiver certo, mude o texto e o veredito."
    )
