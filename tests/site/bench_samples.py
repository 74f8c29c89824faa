"""Registros pequenos para os testes da página do desempenho, e como ler o HTML que ela escreve."""

import re
import xml.etree.ElementTree as ET
from typing import Any

from course_site import bench_records

from coursekit.benchmark import environment

LENGTHS = (1000, 2000, 4000, 8000)


def spread(median: float, half: float = 0.05) -> dict[str, float]:
    return {"median": median, "lower": median - half, "upper": median + half, "count": 9}


def row(n: int, *, causal: bool = False, mode: str = "ida") -> dict[str, Any]:
    """«denso» cresce com o quadrado de n; «meu» e «par», em linha reta."""
    seconds = {"meu": 1e-6 * n, "par": 3e-6 * n, "denso": 1e-9 * n * n, "a<b": 5e-6 * n}
    ratios = {name: spread(value / seconds["meu"]) for name, value in seconds.items()}
    ratios.pop("meu")
    memory = {"meu": n / 100, "denso": 2.0 * n}
    return {
        "n": n, "causal": causal, "mode": mode, "ratios": ratios, "seconds": seconds,
        "memory_mib": memory,
    }  # fmt: skip


def data(**changes: Any) -> dict[str, Any]:
    rows = [row(n, causal=causal) for causal in (False, True) for n in LENGTHS]
    return {
        "baseline": "meu", "rows": rows, "environment": environment().to_dict(),
        "date": "2026-11-05", "threads": 1, "absent": {"natten": "não instala <aqui>"}, **changes,
    }  # fmt: skip


def minimal(**ratios: float) -> dict[str, Any]:
    entries = {name: spread(value) for name, value in (ratios or {"a": 0.5}).items()}
    rows = [{"kind": "lstm", "size": [2, 3, 5], "mode": "ida", "ratios": entries}]
    return {"baseline": "b", "rows": rows, "environment": environment().to_dict()}


def patterns(threads: tuple[int, ...] = (1, 2)) -> dict[str, Any]:
    """A forma do conjunto «padroes»: um candidato só, muitos padrões, modos e linhas."""
    medians = {"janela": 1.0, "grafo": 7.0, "passo": 0.5}
    rows = [
        {
            "mode": mode, "kind": kind, "n": 8192, "threads": count,
            "ratios": {"bloco_esparso": spread(median + count + (mode != "ida") * 10)},
        }
        for kind, median in medians.items() for count in threads for mode in ("ida", "ida e volta")
    ]  # fmt: skip
    fits = [
        {"name": kind, "mode": mode, "quantity": "memória", "exponent": 1.0, "low": 1, "high": 1}
        for kind in medians for mode in ("ida", "ida e volta")
    ]  # fmt: skip
    return {
        "title": "Padrões", "baseline": "janela, por par", "rows": rows, "exponents": fits,
        "environment": environment().to_dict(),
    }  # fmt: skip


def lonely() -> bench_records.Record:
    """«denso» só se mede no menor n, e «par», nos dois menores."""
    rows = [row(n) for n in LENGTHS]
    for i, entry in enumerate(rows):
        for name, sizes in {"denso": 1, "par": 2}.items():
            if i >= sizes:
                del entry["seconds"][name], entry["ratios"][name]
    return bench_records.read_record("x", data(rows=rows))


def many(count: int) -> bench_records.Record:
    rows = [
        {"n": n, "mode": mode, "ratios": {f"c{i}": spread(i + 2.0) for i in range(count)}}
        for n in LENGTHS for mode in ("ida", "volta")
    ]  # fmt: skip
    return bench_records.read_record("x", data(rows=rows))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def heads_of(tree: ET.Element) -> list[str]:
    return ["".join(th.itertext()) for th in tree.findall(".//thead//th[@scope='col']")]


def names_of(tree: ET.Element) -> list[str]:
    return ["".join(th.itertext()) for th in tree.findall(".//tbody//th[@scope='row']")]


def cells_of(tree: ET.Element) -> list[list[str]]:
    rows = tree.findall(".//tbody/tr")
    return [["".join(td.itertext()) for td in row.findall("td")] for row in rows]


def caption_of(tree: ET.Element) -> str:
    return "".join(tree.find(".//caption").itertext())  # type: ignore[union-attr]
