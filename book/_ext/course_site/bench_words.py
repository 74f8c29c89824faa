"""O que dizem as medidas de velocidade, em frases escritas a partir dos números."""

import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape

from course_site.bench_records import Exponent, Record, Row, times_the_limit
from coursekit.benchmark.spread import Spread
from coursekit.evidence.formatting import format_number

NAMES = {"keras": "Keras"}
NEAR = 0.1
# Até aqui, diz-se de cada candidato; além, só dos extremos.
FEW = 3
LIBRARIES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


def shown_name(name: str) -> str:
    """Nome de um candidato: o que se digita vira código.

    Example:
        >>> shown_name("torch.nn"), shown_name("keras"), shown_name("SDPA densa")
        ('<code>torch.nn</code>', 'Keras', 'SDPA densa')
        >>> shown_name("flex_attention, bloco 32")
        '<code>flex_attention</code>, bloco 32'
    """
    found = re.match(r"[a-z_.]+$|[a-z.]*_[a-z_.]*(?=,)", name)
    typed = found[0] if found else ""
    code = f"<code>{escape(typed)}</code>" if typed else ""
    return NAMES.get(name, code + escape(name.removeprefix(typed)))


def ratio_text(value: float) -> str:
    """Uma razão com a precisão que ela merece.

    Example:
        >>> ratio_text(0.9361), ratio_text(18.62), ratio_text(238.4)
        ('0,94', '18,6', '238')
    """
    return format_number(value, ".2f" if value < 10 else ".1f" if value < 100 else ".0f")


def times(low: float, high: float) -> str:
    """Uma faixa de razões por extenso.

    Example:
        >>> times(0.9, 1.2), times(2.1, 2.1)
        ('de 0,90 a 1,20 vez', '2,10 vezes')
    """
    shown = (ratio_text(low), ratio_text(high))
    noun = "vezes" if high >= 2 else "vez"
    return f"{shown[0]} {noun}" if shown[0] == shown[1] else f"de {shown[0]} a {shown[1]} {noun}"


def outcome(ratios: Sequence[Spread]) -> str:
    """Em quantos casos é mais rápido, empata ou é mais lento que a referência.

    Empate é a faixa entre os quartis conter 1.

    Example:
        >>> fast, tie = Spread(0.8, 0.7, 0.9, 9), Spread(1.0, 0.9, 1.1, 9)
        >>> outcome([fast, fast]), outcome([fast, tie, tie])
        ('mais rápido em todos os 2 casos', 'mais rápido em 1 caso e empatado em 2 casos')
    """
    counts = {
        "mais rápido": sum(ratio.upper < 1 for ratio in ratios),
        "empatado": sum(ratio.lower <= 1 <= ratio.upper for ratio in ratios),
        "mais lento": sum(ratio.lower > 1 for ratio in ratios),
    }
    total = len(ratios)
    if total > 1 and total in counts.values():
        word = next(word for word, count in counts.items() if count == total)
        return f"{word} em todos os {total} casos"
    parts = [
        f"{word} em {count} {'caso' if count == 1 else 'casos'}"
        for word, count in counts.items()
        if count
    ]
    return " e ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def readings(record: Record) -> list[str]:
    """Uma frase por família e modo, em HTML, e uma por expoente ajustado."""
    told = kinds_of_one(record) if record.compares_kinds else families(record)
    return [*told, *limit_sentence(record), *exponent_sentences(record.exponents, namer(record))]


def kinds_of_one(record: Record) -> list[str]:
    """Um candidato só, em muitos casos: o de menor razão e o de maior, modo a modo."""
    (name,) = record.names()
    sentences = []
    for mode in record.modes:
        series: dict[str, list[Spread]] = {}
        for row in record.rows:
            if row.mode == mode and name in row.ratios:
                series.setdefault(row.kind, []).append(row.ratios[name])
        order = sorted(series, key=lambda kind: statistics.median(r.median for r in series[kind]))
        low, high = order[0], order[-1]
        sentences.append(
            f"<b>{escape(mode).capitalize()}</b>: {shown_name(name)}, contra "
            f"{shown_name(record.baseline)}, em {plural(len(order), 'caso')}: o de menor razão, "
            f"{escape(low)}, leva {reach(series[low])} o tempo, e o de maior, {escape(high)}, "
            f"{reach(series[high])}."
        )
    return sentences


def families(record: Record) -> list[str]:
    """Cada família e modo: um a um, se os candidatos são poucos, ou só os extremos."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in record.rows:
        groups.setdefault((row.kind, row.mode), []).append(row)
    sentences = []
    for (kind, mode), rows in groups.items():
        found = {
            name: [r.ratios[name] for r in rows if name in r.ratios]
            for name in record.names()
            if name not in (record.limit, record.floor)
        }
        series = {name: ratios for name, ratios in found.items() if ratios}
        tell = one_by_one if len(series) <= FEW else nearest_and_farthest
        subject = escape(", ".join(filter(None, (kind, mode))))
        subject = subject[:1].upper() + subject[1:]
        told = tell(series, record.baseline) + floor_clause(record, rows)
        sentences.append(f"<b>{subject}</b>: {told}.")
    return sentences


def floor_clause(record: Record, rows: Sequence[Row]) -> str:
    """Quanto leva a parte que não se pode evitar; vazio se não foi medida."""
    ratios = [row.ratios[record.floor] for row in rows if record.floor in row.ratios]
    return (
        f"; o piso, {shown_name(record.floor)}, leva {reach(ratios)} esse tempo" if ratios else ""
    )


def limit_sentence(record: Record) -> list[str]:
    """A que distância do limite prático da máquina fica a referência, se ele foi medido."""
    parts: list[str] = []
    for mode in record.modes:
        rows = [row for row in record.rows if row.mode == mode and record.limit in row.ratios]
        if rows:
            factors = [times_the_limit(row.ratios[record.limit]) for row in rows]
            told = f" o tempo do {shown_name(record.limit)}" if not parts else ""
            parts.append(f"{reach(factors)}{told} ({escape(mode)})")
    if not parts:
        return []
    subject = f"<b>Distância do limite</b>: {shown_name(record.baseline)} leva"
    return [f"{subject} {' e '.join(parts)}.{floor_of_the_limit(record)}"]


def floor_of_the_limit(record: Record) -> str:
    """Que parte do tempo do limite as contas que não se podem evitar já levariam."""
    parts = []
    for mode in record.modes:
        shares = [
            row.ratios[record.floor].median / row.ratios[record.limit].median
            for row in record.rows
            if row.mode == mode and {record.floor, record.limit} <= set(row.ratios)
        ]
        if shares:
            low, high = (format_number(share, ".0%") for share in (min(shares), max(shares)))
            reached = low if low == high else f"de {low} a {high}"
            parts.append(f"{reached} ({escape(mode)})")
    if not parts:
        return ""
    return (
        f" O piso, {shown_name(record.floor)}, já levaria, do tempo do {shown_name(record.limit)}, "
        f"{' e '.join(parts)}."
    )


def one_by_one(series: Mapping[str, Sequence[Spread]], baseline: str) -> str:
    """Cada candidato contra a referência."""
    return "; ".join(
        f"{shown_name(name)} leva {reach(ratios)} o tempo de {shown_name(baseline)} "
        f"({outcome(ratios)})"
        for name, ratios in series.items()
    )


def nearest_and_farthest(series: Mapping[str, Sequence[Spread]], baseline: str) -> str:
    """Muitos candidatos: quantos perdem sempre, o mais próximo e o mais distante."""
    slower = sum(all(ratio.lower > 1 for ratio in ratios) for ratios in series.values())
    order = sorted(series, key=lambda name: statistics.median(r.median for r in series[name]))
    near, far = order[0], order[-1]
    return (
        f"{slower} de {len(series)} candidatos são mais lentos que {shown_name(baseline)} em todos "
        f"os casos; o mais próximo da frente, {shown_name(near)}, leva {reach(series[near])} o "
        f"tempo, e o mais lento, {shown_name(far)}, {reach(series[far])}"
    )


def reach(ratios: Sequence[Spread]) -> str:
    """A faixa das medianas, por extenso."""
    medians = [ratio.median for ratio in ratios]
    return times(min(medians), max(medians))


def namer(record: Record) -> Callable[[str], str]:
    """Como se escrevem os nomes dos expoentes: de candidatos, ou de famílias, que são prosa."""
    return escape if record.compares_kinds else shown_name


def exponent_sentences(
    exponents: Sequence[Exponent], show: Callable[[str], str] = shown_name
) -> list[str]:
    """Uma frase por custo: quem cresce menos e quem cresce mais com ``n``."""
    sentences = []
    for quantity in dict.fromkeys(fit.quantity for fit in exponents):
        series: dict[str, list[float]] = {}
        for fit in exponents:
            if fit.quantity == quantity:
                series.setdefault(fit.name, []).append(fit.exponent)
        order = sorted(series, key=lambda name: statistics.median(series[name]))
        told = f"{show(order[0])} cresce com {growth(series[order[0]])}"
        if len(order) > 1:
            told = (
                f"quem cresce menos é {show(order[0])}, com {growth(series[order[0]])}; "
                f"quem cresce mais é {show(order[-1])}, com {growth(series[order[-1]])}"
            )
        sentences.append(f"<b>{escape(quantity).capitalize()} por n</b>: {told}.")
    return sentences


def growth(exponents: Sequence[float]) -> str:
    """Uma faixa de expoentes, em palavras.

    Example:
        >>> growth([2.04, 1.97]), growth([1.4])
        ('expoente de 1,97 a 2,04, perto de quadrático', 'expoente 1,40')
    """
    low, high = (format_number(value, ".2f") for value in (min(exponents), max(exponents)))
    words = {1: ", perto de linear", 2: ", perto de quadrático"}
    near = (text for power, text in words.items() if all(abs(x - power) <= NEAR for x in exponents))
    reach = f"expoente {low}" if low == high else f"expoente de {low} a {high}"
    return reach + next(near, "")


def absent_sentence(absent: Mapping[str, str]) -> str:
    """Quem não foi medido, e por quê.

    Example:
        >>> absent_sentence({"natten": "não instala aqui", "outro": ""})
        'Não foram medidos: <code>natten</code> (não instala aqui); <code>outro</code>.'
    """
    if not absent:
        return ""
    parts = [
        shown_name(name) + (f" ({escape(reason)})" if reason else "")
        for name, reason in absent.items()
    ]
    return f"Não foram medidos: {'; '.join(parts)}."


def provenance(record: Record) -> str:
    """Quando e onde se mediu."""
    found = record.environment
    day = date.fromisoformat(record.date).strftime("%d/%m/%Y") if record.date else ""
    when = f"Medido em {day}" if day else "Medido em data não registrada"
    if record.device and day:
        when = f"Registro de {day}"
    where = card_words(record)
    where.append(f"{escape(str(found['cpu']))}, {plural(int(found['cores']), 'núcleo')}")
    if record.threads is not None:
        where.append(plural(record.threads, "linha de execução", "linhas de execução"))
    where.append(f"{escape(str(found['system']))} {escape(str(found['architecture']))}")
    versions = [f"Python {escape(str(found['python']))}"] + [
        f"{LIBRARIES.get(name, escape(name))} {escape(version)}"
        for name, version in found["versions"].items()
    ]
    return f"{when}: {', '.join(where)}; {', '.join(versions)}."


def card_words(record: Record) -> list[str]:
    """A placa, as versões do que a move e as provas que passaram nela; vazio se foi na CPU."""
    card = record.device
    if not card:
        name = record.environment.get("gpu")
        return [escape(str(name))] if name else []
    checks = plural(record.checks, "prova de igualdade", "provas de igualdade")
    words = (
        f"{card['name']} (capacidade {card['capability']})",
        f"driver {card['driver']}",
        f"CUDA {card['cuda']}",
        f"Triton {card['triton']}",
    )
    return [*map(escape, words), f"{checks} na placa"]


def plural(count: int, one: str, many: str = "") -> str:
    """Um número e o seu substantivo.

    Example:
        >>> plural(1, "núcleo"), plural(2, "núcleo")
        ('1 núcleo', '2 núcleos')
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"
