import pytest

from coursekit.authoring.timings import (
    Timing,
    read_timings,
    record_timing,
    spoken_seconds,
    timing_of,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "menos de 10 s de processador"),
        (9.99, "menos de 10 s de processador"),
        (10.0, "cerca de 10 s de processador"),
        (10.1, "cerca de 15 s de processador"),
        (118.0, "cerca de 120 s de processador"),
    ],
)
def test_spoken_seconds_rounds_up(seconds, text):
    assert spoken_seconds(seconds) == text


def test_records_by_section(tmp_path):
    path = tmp_path / "_data" / "tempos.json"
    record_timing(path, "capitulo", "02-ponderar", Timing(31.04, 20.06))
    record_timing(path, "solucao", "02-ponderar", Timing(4.0, 3.0))
    assert timing_of(path, "capitulo", "02-ponderar") == Timing(31.0, 20.1)
    assert timing_of(path, "solucao", "02-ponderar") == Timing(4.0, 3.0)
    assert timing_of(path, "exercicio", "02-ponderar") is None
    assert timing_of(path, "capitulo", "03-softmax") is None


@pytest.mark.parametrize(
    ("measured", "kept"),
    [(46.4, True), (46.6, False), (20.8, True), (20.6, False)],
)
def test_close_time_keeps_the_file(tmp_path, measured, kept):
    # Guardado 31 s: o fator 1,5 vai de 20,67 a 46,5.
    path = tmp_path / "tempos.json"
    record_timing(path, "capitulo", "02-ponderar", Timing(31.0, 20.0))
    before = path.read_bytes()
    record_timing(path, "capitulo", "02-ponderar", Timing(measured, 99.0))
    assert (path.read_bytes() == before) is kept


def test_small_times_vary_freely(tmp_path):
    path = tmp_path / "tempos.json"
    record_timing(path, "solucao", "02-ponderar", Timing(0.4, 0.5))
    assert record_timing(path, "solucao", "02-ponderar", Timing(2.4, 9.0)) == Timing(0.4, 0.5)
    assert record_timing(path, "solucao", "02-ponderar", Timing(2.5, 9.0)) == Timing(2.5, 9.0)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"capitulos": {}}', '{"capitulos": {"a": 3}, "solucoes": {}}']
)
def test_broken_file(tmp_path, content):
    path = tmp_path / "tempos.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"tempos\.json não tem o formato esperado"):
        read_timings(path)
