"""O gráfico do desempenho: pontos no lugar, aspecto fixo de cada candidato e legenda."""

import itertools
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from bench_samples import LENGTHS, data, lonely, many, minimal, names_of, row, spread, text_of
from course_site import bench_chart, bench_looks, bench_page, bench_records, bench_tables


@pytest.fixture
def record() -> bench_records.Record:
    return bench_records.read_record("attention", data())


def drawn(curves: Any, **options: Any) -> ET.Element:
    looks = {
        name: bench_looks.Look(i, "", bench_looks.MARKERS[i], thick=i == 0)
        for i, name in enumerate(curves)
    }
    return ET.fromstring(bench_chart.chart_svg("Tempo", curves, looks, "g1", **options))


def places(group: ET.Element) -> list[tuple[float, float]]:
    moves = [p.get("transform", "") for p in group.findall("path") if "marca" in p.get("class", "")]
    pairs = [re.findall(r"[-\d.]+", move) for move in moves]
    return [(float(x), float(y)) for x, y in pairs]


def test_chart_places_each_point_on_logarithmic_scales(record: bench_records.Record) -> None:
    curves = bench_chart.curves_of(record, "ida", "bidirecional")
    assert set(curves) == {"meu", "par", "denso", "a<b"}
    assert curves["denso"] == {float(n): pytest.approx(1e-9 * n * n) for n in LENGTHS}
    root = drawn(curves)
    assert root.get("role") == "img"
    assert root.find("title").text == "Tempo"  # type: ignore[union-attr]
    assert "denso, de 1 ms em n = 1.000 a 64 ms em n = 8.000" in (root.findtext("desc") or "")
    slopes = []
    for group in root.findall("g"):
        points = places(group)
        steps = [b[0] - a[0] for a, b in itertools.pairwise(points)]
        assert max(steps) - min(steps) < 0.5, "n dobra a cada ponto: passos iguais"
        slopes.append((points[0][1] - points[-1][1]) / (points[-1][0] - points[0][0]))
        line = group.find("path[@class='linha']").get("d", "")  # type: ignore[union-attr]
        assert [float(x) for x in re.findall(r"[\d.]+", line)] == list(itertools.chain(*points))
    assert slopes[2] == pytest.approx(2 * slopes[0], rel=0.01)
    assert slopes[1] == pytest.approx(slopes[0], rel=0.01)


def test_chart_needs_sizes_and_never_mixes_settings() -> None:
    few = bench_records.read_record("r", minimal())
    assert bench_chart.settings(few, "ida") == []
    assert "<figure" not in bench_page.record_html(few)
    changed = data()
    for entry in changed["rows"][4:]:
        entry["seconds"] = {"meu": 100.0}
    record = bench_records.read_record("x", changed)
    assert bench_chart.settings(record, "ida") == ["bidirecional", "causal"]
    assert max(bench_chart.curves_of(record, "ida", "bidirecional")["meu"].values()) < 1
    assert set(bench_chart.curves_of(record, "ida", "causal")) == {"meu"}
    html = bench_page.record_html(record)
    assert re.findall("<figcaption>(.*?):", html) == ["Ida, bidirecional", "Ida, causal"]
    short = bench_records.read_record("x", data(rows=[row(n) for n in LENGTHS[:2]]))
    assert bench_chart.curves_of(short, "ida", "bidirecional") == {}


def test_one_point_is_drawn_without_line_and_told() -> None:
    record = lonely()
    curves = bench_chart.curves_of(record, "ida", "bidirecional")
    assert {name: len(points) for name, points in curves.items()} == {
        "meu": 4, "par": 2, "denso": 1, "a<b": 4,
    }  # fmt: skip
    root = drawn(curves)
    groups = dict(zip(curves, root.findall("g"), strict=True))
    assert len(places(groups["denso"])) == 1
    assert groups["denso"].find("path[@class='linha']") is None
    assert groups["par"].find("path[@class='linha']") is not None
    assert "denso, 1 ms em n = 1.000;" in (root.findtext("desc") or "")
    caption = text_of(
        re.findall("<figcaption>(.*?)</figcaption>", bench_page.record_html(record))[0]
    )
    assert caption.count("Um ponto sem linha") == 1
    assert "denso , que só se mediu com n = 1.000 ." in caption


def test_every_mark_and_letter_stays_inside_the_drawing() -> None:
    curves = bench_chart.curves_of(lonely(), "ida", "bidirecional")
    for size in (bench_chart.WIDE, bench_chart.NARROW):
        root = drawn(curves, size=size)
        assert root.get("viewBox") == f"0 0 {size[0]} {size[1]}"
        for group in root.findall("g"):
            for x, y in places(group):
                assert 60 < x <= size[0] - 30
                assert 20 < y < size[1] - 50
        for text in root.findall("text"):
            half = 4 * len(text.text or "")  # 14 px: menos de 8 px por letra
            x = float(text.get("x", 0))
            left = x - (2 * half if text.get("text-anchor") == "end" else half)
            assert left >= 0
            assert text.get("text-anchor") == "end" or x + half <= size[0]
    assert bench_chart.NARROW[0] <= 360, "as letras de 14 px não encolhem num telefone"


def test_no_two_candidates_look_alike_even_without_color() -> None:
    looks = bench_looks.looks_of(many(19))
    assert len(looks) == 20
    assert len({(look.color, look.dash) for look in looks.values()}) == 20
    assert len({(look.marker, look.dash) for look in looks.values()}) == 20
    assert [name for name, look in looks.items() if look.thick] == ["meu"]


def test_a_candidate_keeps_its_look_in_every_drawing_and_legend() -> None:
    changed = data()
    for entry in changed["rows"][4:]:
        del entry["seconds"]["par"], entry["ratios"]["par"]
    html = bench_page.record_html(bench_records.read_record("x", changed))
    root = ET.fromstring(f"<div>{html}</div>")
    figures = root.findall(".//figure")
    assert len(figures) == 2
    seen: dict[str, set[tuple[str | None, ...]]] = {}
    for figure in figures:
        wide, narrow = figure.findall("svg")
        assert [svg.get("class") for svg in (wide, narrow)] == ["bench-chart", "bench-chart narrow"]
        shown = {}
        for item in figure.findall("ul[@class='bench-legend']/li"):
            name = "".join(item.find("span").itertext()).split(",")[0]  # type: ignore[union-attr]
            shown[name] = signature(item.find("svg/g"))  # type: ignore[arg-type]
            seen.setdefault(name, set()).add(shown[name])
        for svg in (wide, narrow):
            assert sorted(map(signature, svg.findall("g"))) == sorted(shown.values())
    assert {name: len(looks) for name, looks in seen.items()} == dict.fromkeys(seen, 1)
    assert len(set(itertools.chain(*seen.values()))) == len(seen) == 4
    names = re.findall(r' id="([^"]+)"', html)
    assert len(names) == len(set(names)) == 8


def signature(group: ET.Element) -> tuple[str, ...]:
    line, mark = group.findall("path")[:2]
    parts = (group.get("style"), line.get("stroke-dasharray"), mark.get("class"), mark.get("d"))
    return tuple(part or "" for part in parts)


def test_legend_follows_the_table_and_names_the_reference() -> None:
    changed = data()
    for entry in changed["rows"][4:]:
        entry["ratios"]["par"] = spread(77.0)
    record = bench_records.read_record("x", changed)
    root = ET.fromstring(f"<div>{bench_page.record_html(record)}</div>")
    for figure, html in zip(
        root.findall(".//figure"), bench_tables.ratio_tables(record).values(), strict=True
    ):
        items = figure.findall("ul[@class='bench-legend']/li")
        assert ["".join(item.itertext()) for item in items] == names_of(ET.fromstring(html))
        assert all(item.find("svg").get("aria-hidden") == "true" for item in items)  # type: ignore[union-attr]


def test_the_reference_is_thick_and_lies_under_the_others(record: bench_records.Record) -> None:
    changed = data(baseline="par")
    for entry in changed["rows"]:
        entry["ratios"]["meu"] = entry["ratios"].pop("par")
    other = bench_records.read_record("x", changed)
    looks = bench_looks.looks_of(other)
    curves = bench_chart.curves_of(other, "ida", "causal")
    root = ET.fromstring(bench_chart.chart_svg("T", curves, looks, "g"))
    assert [g.get("class") for g in root.findall("g")] == ["serie referencia"] + ["serie"] * 3
    assert next(iter(curves)) != "par"
