"""Comparar os cartões de uma nova execução com os guardados no livro."""

import math
from pathlib import Path

from coursekit.evidence import Card, Measurement, load_cards

RELATIVE_TOLERANCE = 1e-3
THRESHOLD_SHARE = 1e-2
# Um limiar tão baixo só cobra arredondamento: os algarismos do erro não contam história.
ROUNDING = 1e-5


def compare_cards(stored_dir: Path, measured_dir: Path) -> list[str]:
    """Diz em que uma nova execução contradiz os cartões guardados.

    Valores precisam coincidir até um milésimo, ou até um centésimo do limiar. De medidas de
    tempo, e de erros de arredondamento (limiar de até ``1e-5``), que mudam de um processador
    para outro, só se exige que o limiar continue satisfeito.

    Args:
        stored_dir: cartões do livro.
        measured_dir: cartões da nova execução.

    Returns:
        Uma frase por diferença; lista vazia se contam a mesma história.

    Example:
        >>> compare_cards(Path("nenhum"), Path("nenhum"))
        ['não há cartões para comparar em nenhum. Rode os capítulos com COURSEKIT_CARDS_DIR.']
    """
    stored, measured = load_cards(stored_dir), load_cards(measured_dir)
    if not measured:
        where = f"não há cartões para comparar em {measured_dir.name}"
        return [f"{where}. Rode os capítulos com COURSEKIT_CARDS_DIR."]
    problems = [
        f"{card_id}: existe só {where}. Rode «make notebooks» e confira o capítulo."
        for card_id, where in _unpaired(stored, measured)
    ]
    for card_id in sorted(stored.keys() & measured.keys()):
        problems += _card_differences(stored[card_id], measured[card_id])
    return problems


def _unpaired(stored: dict[str, Card], measured: dict[str, Card]) -> list[tuple[str, str]]:
    """Lista os cartões que só um dos lados tem."""
    only_stored = [(name, "no livro") for name in sorted(stored.keys() - measured.keys())]
    only_new = [(name, "na nova execução") for name in sorted(measured.keys() - stored.keys())]
    return only_stored + only_new


def _card_differences(stored: Card, measured: Card) -> list[str]:
    """Compara dois cartões do mesmo experimento."""
    if (stored.seeds, stored.data, stored.title) != (measured.seeds, measured.data, measured.title):
        return [f"{stored.card_id}: título, dados ou sementes mudaram. Rode «make notebooks»."]
    names = [item.name for item in stored.measurements]
    if names != [item.name for item in measured.measurements]:
        return [f"{stored.card_id}: a lista de medidas mudou. Rode «make notebooks»."]
    pairs = zip(stored.measurements, measured.measurements, strict=True)
    return [
        f"{stored.card_id}.{old.name}: {problem}"
        for old, new in pairs
        for problem in _measurement_differences(old, new)
    ]


def _measurement_differences(old: Measurement, new: Measurement) -> list[str]:
    """Compara duas medidas de mesmo nome."""
    if old.threshold != new.threshold or old.supports != new.supports:
        return ["limiar ou veredito apoiado mudou. Rode «make notebooks»."]
    if not new.passed:
        return [f"não satisfaz mais o limiar ({new!r})."]
    if old.timing:
        return []
    points = zip((old.value, *old.per_seed), (new.value, *new.per_seed), strict=False)
    if len(old.per_seed) == len(new.per_seed) and all(
        math.isclose(a, b, rel_tol=RELATIVE_TOLERANCE, abs_tol=_slack(old)) for a, b in points
    ):
        return []
    return [f"guardado {old.value!r}, medido agora {new.value!r}."]


def _slack(item: Measurement) -> float:
    """Folga absoluta: uma fração do limiar, quando ele limita por cima."""
    threshold = item.threshold
    if threshold.kind == "at_most":
        share = 1.0 if abs(threshold.high) <= ROUNDING else THRESHOLD_SHARE
        return share * abs(threshold.high)
    return THRESHOLD_SHARE * threshold.tolerance
