"""As tabelas do desempenho, na forma em que cada registro se lê melhor.

Onde ``n`` varia, os candidatos são as linhas e ``n``, as colunas; onde há um candidato só, os casos
são as linhas; no resto, os casos são as linhas e os candidatos, as colunas. Sempre da menor razão
mediana à maior.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from course_site.bench_chart import settings
from course_site.bench_looks import ranked
from course_site.bench_records import Exponent, Record, Row, setting, times_the_limit
from course_site.bench_words import namer, ratio_text, shown_name
from course_site.status_page import table
from coursekit.benchmark.spread import Spread
from coursekit.evidence.formatting import format_number

UNMEASURED = '<span class="soft">não medido</span>'
WIDEST = 4


def subject(*parts: str) -> str:
    """Do que se fala, com maiúscula e sem marcação.

    Example:
        >>> subject("ida", "", "causal")
        'Ida, causal'
    """
    words = escape(", ".join(filter(None, parts)))
    return words[:1].upper() + words[1:]


def bench_table(caption: str, head: list[str], rows: list[list[str]]) -> str:
    """Uma tabela do desempenho, marcada para que as colunas de números fiquem estreitas."""
    return table(caption, head, rows).replace("docutils plain", "docutils plain bench-table", 1)


def breakable(name: str, show: Callable[[str], str] = shown_name) -> str:
    """Um nome numa coluna estreita: o código quebra depois do sublinhado."""
    return show(name).replace("_", "_<wbr/>")


def cell(value: str, low: str, high: str) -> str:
    """Um número e, embaixo, o intervalo dele."""
    return f'{value} <span class="soft"><span>[{low};</span> <span>{high}]</span></span>'


def ratio_cell(ratio: Spread | None) -> str:
    """Mediana e quartis de uma razão."""
    if ratio is None:
        return UNMEASURED
    shown = ratio_text(ratio.median)
    if ratio.count == 1:
        return shown
    return cell(shown, ratio_text(ratio.lower), ratio_text(ratio.upper))


def row_name(row: Row) -> str:
    """O cabeçalho de uma linha da tabela."""
    return escape(" · ".join(filter(None, (row.kind, row.case))))


def dispersion(rows: Iterable[Row]) -> str:
    """O que são os números entre colchetes; vazio se não há."""
    count = max(ratio.count for row in rows for ratio in row.ratios.values())
    return f", mediana [quartis] de {count} rodadas" if count > 1 else ""


def divided(record: Record, rows: Iterable[Row]) -> str:
    """O que é cada razão."""
    return f"tempo dividido pelo de {shown_name(record.baseline)}{dispersion(rows)}"


def grows(record: Record) -> bool:
    """Diz se ``n`` varia dentro de um mesmo caso."""
    cases = [(row.mode, row.kind, setting(row)) for row in record.rows if row.length is not None]
    return len(set(cases)) < len(cases)


def by_length(record: Record, mode: str, case: str) -> str:
    """Razões de um modo num caso: um candidato por linha, um ``n`` por coluna."""
    found = [row for row in record.rows if row.mode == mode and setting(row) == case]
    rows = sorted(found, key=lambda row: row.length or 0)
    medians = {
        name: [row.ratios[name].median for row in rows if name in row.ratios]
        for name in record.names()
    }
    ranking = ranked({record.baseline: [1.0], **{n: m for n, m in medians.items() if m}})
    body = [
        [f"{breakable(name)}, a referência", *("1" for _ in rows)]
        if name == record.baseline
        else [breakable(name), *(ratio_cell(row.ratios.get(name)) for row in rows)]
        for name in ranking
    ]
    head = ["Candidato", *(length_head(row.length or 0) for row in rows)]
    return bench_table(f"{subject(mode, case)}: {divided(record, rows)}", head, body)


def length_head(n: float) -> str:
    """Cabeçalho da coluna de um ``n``."""
    return f'n = <span class="together">{format_number(int(n))}</span>'


def by_kind(record: Record) -> str:
    """Razões do único candidato: um caso por linha, um modo por coluna."""
    (name,) = record.names()
    common, columns = split_cases(record)
    found = {(row.kind, column): row.ratios.get(name) for row, column in columns}
    heads = list(dict.fromkeys(column for _, column in columns))
    medians: dict[str, list[float]] = {}
    for row in record.rows:
        medians.setdefault(row.kind, []).extend(ratio.median for ratio in row.ratios.values())
    body = [
        [escape(kind), *(ratio_cell(found.get((kind, head))) for head in heads)]
        for kind in ranked(medians)
    ]
    caption = f"{shown_name(name)}: {divided(record, record.rows)}"
    if common:
        caption += f" ({escape(common)})"
    return bench_table(caption, ["Caso", *heads], body)


def split_cases(record: Record) -> tuple[str, list[tuple[Row, str]]]:
    """O que é igual em todos os casos, e o resto de cada um, que dá nome à coluna."""
    parts = [row.case.split(", ") for row in record.rows]
    common = [part for part in parts[0] if all(part in others for others in parts)]
    columns = [
        (row, subject(row.mode, *(part for part in mine if part not in common)))
        for row, mine in zip(record.rows, parts, strict=True)
    ]
    return ", ".join(common), columns


def by_case(record: Record, mode: str) -> str:
    """Razões de um modo: um caso por linha, um candidato por coluna."""
    rows = [row for row in record.rows if row.mode == mode]
    shown = {name for row in rows for name in row.ratios}
    names = [name for name in ranked(record.medians()) if name in shown]
    body = [[row_name(row), *(ratio_cell(row.ratios.get(name)) for name in names)] for row in rows]
    caption = f"{subject(mode)}: {divided(record, rows)}"
    return bench_table(caption, ["Caso", *map(shown_name, names)], body)


def ratio_tables(record: Record) -> dict[tuple[str, str], str]:
    """As tabelas de razões, cada uma com o modo e o caso de que fala."""
    if grows(record):
        cases = [(mode, case) for mode in record.modes for case in settings(record, mode)]
        return {(mode, case): by_length(record, mode, case) for mode, case in cases}
    if record.compares_kinds:
        return {("", ""): by_kind(record)}
    return {(mode, ""): by_case(record, mode) for mode in record.modes}


def mib(value: float | None) -> str:
    """Memória, ou o aviso de que não se mediu."""
    return UNMEASURED if value is None else f"{format_number(value)} MiB"


def memory_tables(record: Record) -> str:
    """Picos de memória, só do que se mediu: todos num tamanho, e por ``n`` quem os tem."""
    rows = [row for row in record.rows if row.memory]
    cases = dict.fromkeys((row.kind, setting(row)) for row in rows)
    parts = []
    for kind, case in cases:
        mine = [row for row in rows if (row.kind, setting(row)) == (kind, case)]
        growing = by_name_and_mode(mine)
        parts += [
            memory_at_one_size(kind, mine, set(growing)),
            memory_by_length(kind, case, growing),
        ]
    return "".join(parts)


Growing = dict[str, dict[str, dict[float, float]]]


def by_name_and_mode(rows: Sequence[Row]) -> Growing:
    """Memória por ``n`` de quem a tem em mais de um tamanho, modo a modo."""
    found: Growing = {}
    for row in rows:
        for name, value in row.memory.items():
            if row.length is not None:
                found.setdefault(name, {}).setdefault(row.mode, {})[row.length] = value
    return {name: modes for name, modes in found.items() if max(map(len, modes.values())) > 1}


def memory_at_one_size(kind: str, rows: Sequence[Row], told: set[str]) -> str:
    """Um candidato por linha e um modo por coluna, no caso com mais candidatos."""
    best = max(rows, key=lambda row: (len(row.memory), row.length or 0))
    chosen = {row.mode: row.memory for row in rows if row.case == best.case}
    costs: dict[str, list[float]] = {}
    for memory in chosen.values():
        for name, value in memory.items():
            costs.setdefault(name, [value])  # ordena pelo primeiro modo em que se mediu
    if set(costs) <= told:
        return ""
    body = [
        [breakable(name), *(mib(memory.get(name)) for memory in chosen.values())]
        for name in ranked(costs)
    ]
    caption = f"Pico de memória acima da entrada, {subject_inside(kind, best.case)}"
    return bench_table(caption, ["Candidato", *map(subject, chosen)], body)


def memory_by_length(kind: str, case: str, growing: Growing) -> str:
    """Um candidato e modo por linha, um ``n`` por coluna; vazio se ninguém o tem."""
    if not growing:
        return ""
    modes = [(name, mode, points) for name in growing for mode, points in growing[name].items()]
    lengths = sorted({n for _, _, points in modes for n in points})
    body = [
        [f"{breakable(name)}, {escape(mode)}", *(mib(points.get(n)) for n in lengths)]
        for name, mode, points in modes
    ]
    where = subject_inside(kind, case)
    caption = f"Pico de memória acima da entrada, por n{f', {where}' if where else ''}"
    return bench_table(caption, ["Candidato", *map(length_head, lengths)], body)


def subject_inside(*parts: str) -> str:
    """Do que se fala, no meio da frase."""
    return escape(", ".join(filter(None, parts)))


def limit_table(record: Record) -> str:
    """A que distância do limite da máquina fica a referência; vazio se não há um medido."""
    rows = [row for row in record.rows if record.limit in row.ratios]
    if not rows:
        return ""
    cases = dict.fromkeys(row_name(row) for row in rows)
    found = {(row_name(row), row.mode): times_the_limit(row.ratios[record.limit]) for row in rows}
    body = [
        [case, *(ratio_cell(found.get((case, mode))) for mode in record.modes)] for case in cases
    ]
    caption = (
        f"Distância do limite: tempo de {shown_name(record.baseline)} dividido pelo de "
        f"{shown_name(record.limit)}, mediana [quartis]"
    )
    return bench_table(caption, ["Caso", *map(subject, record.modes)], body)


def exponent_tables(record: Record) -> str:
    """Expoente de cada candidato: uma tabela só, ou uma por custo se as colunas são muitas."""
    fits = record.exponents
    if len({(fit.quantity, fit.mode) for fit in fits}) <= WIDEST:
        return exponent_table(fits, "", namer(record)) if fits else ""
    quantities = dict.fromkeys(fit.quantity for fit in fits)
    return "".join(
        exponent_table([f for f in fits if f.quantity == quantity], quantity, namer(record))
        for quantity in quantities
    )


def exponent_table(fits: Sequence[Exponent], quantity: str, show: Callable[[str], str]) -> str:
    """Um candidato por linha; uma coluna por modo, e por custo se ele não foi dito antes."""
    columns = list(dict.fromkeys((fit.quantity, fit.mode) for fit in fits))
    found = {(fit.name, fit.quantity, fit.mode): fit for fit in fits}
    names = ranked(exponents_by_name(fits))
    body = [
        [breakable(name, show), *(exponent_cell(found.get((name, *column))) for column in columns)]
        for name in names
    ]
    level = format_number(fits[0].confidence, ".0%")
    told = f", {escape(quantity)}" if quantity else ""
    caption = f"Expoente de n ajustado na faixa medida{told} [intervalo de {level}]"
    heads = [subject("" if quantity else cost, mode) for cost, mode in columns]
    return bench_table(caption, ["Candidato", *heads], body)


def exponents_by_name(fits: Sequence[Exponent]) -> Mapping[str, list[float]]:
    """Os expoentes de cada candidato."""
    found: dict[str, list[float]] = {}
    for fit in fits:
        found.setdefault(fit.name, []).append(fit.exponent)
    return found


def exponent_cell(fit: Exponent | None) -> str:
    """Um expoente e o seu intervalo."""
    if fit is None:
        return UNMEASURED
    value, low, high = (format_number(x, ".2f") for x in (fit.exponent, fit.low, fit.high))
    return cell(value, low, high)
