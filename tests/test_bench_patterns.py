"""Conjunto dos padrões: confere antes de medir, o guarda sabe falhar, e a memória é linear."""

import bench_patterns as bench
import pytest
import torch
from test_project_files import load_tool

from coursekit.attention import attend
from coursekit.attention.sparse import block_sparse_attention
from coursekit.benchmark import TimingOptions, compare
from coursekit.benchmark.spread import Spread

FIT = {"name": "janela", "mode": "ida", "quantity": "memória", "exponent": 1.0}


def row(kind, median, mode="ida"):
    ratio = {"median": median, "lower": median, "upper": median, "count": 3}
    return {"mode": mode, "kind": kind, "n": 8192, "threads": 1, "ratios": {bench.NAME: ratio}}


def test_the_guard_sees_a_slow_pattern_and_a_memory_that_grows():
    fast = {"rows": [row("passo", 2.0), row("grafo ao acaso", 99.0)], "exponents": [FIT]}
    assert bench.too_slow(fast) == []
    (slow,) = bench.too_slow({**fast, "rows": [row("passo", 2.6)]})
    assert "passo (ida, 1 linha de execução): 2.60 vezes" in slow
    (two,) = bench.too_slow({**fast, "rows": [row("passo", 2.6) | {"threads": 2}]})
    assert "passo (ida, 2 linhas de execução): 2.60 vezes" in two
    (grows,) = bench.too_slow({**fast, "exponents": [FIT | {"exponent": 1.2}]})
    assert "memória de janela (ida): expoente 1.200" in grows


def test_the_suite_is_registered():
    tool = load_tool("bench")
    assert tool.SUITES["padroes"] is not None
    assert tool.GUARDS["padroes"]({"rows": [row("passo", 9.0)], "exponents": []})


@pytest.mark.parametrize("name", bench.PATTERNS)
def test_every_pattern_is_the_masked_dense_attention(name):
    pattern = bench.PATTERNS[name](512)
    query, key, value = (x.double() for x in bench.peers.tensors(512))
    expected = attend(query, key, value, mask=torch.from_numpy(pattern.mask(512)))
    received = block_sparse_attention(query, key, value, pattern)
    torch.testing.assert_close(received, expected, rtol=1e-10, atol=1e-10)


def test_the_random_graph_has_the_degree_it_says():
    degrees = bench.random_graph(512).degrees(512)
    assert abs(degrees.mean() - 1 - bench.DEGREE) < 2
    assert degrees.max() <= bench.DEGREE + 1


def test_the_ratio_is_per_visible_pair(monkeypatch):
    # O dobro do tempo da janela, vendo 8192/32 pares por consulta em vez de uns 255.
    def fixed(tasks, *, baseline, options):
        quick = TimingOptions(repeats=3, warmup=0, min_seconds=0.0)
        found = compare(dict.fromkeys(tasks, lambda: None), baseline=baseline, options=quick)
        found.ratios[bench.NAME] = Spread(median=2.0, lower=1.0, upper=4.0, count=3)
        assert list(tasks) == [bench.BASELINE, bench.NAME]
        return found

    monkeypatch.setattr(bench, "compare", fixed)
    threads = torch.get_num_threads()
    found, _ = bench.measure("passo", train=False, threads=1, repeats=3)
    torch.set_num_threads(threads)
    window, stride = bench.WINDOW.visible_pairs(8192), 8192 * (8192 // 32)
    ratio = found["ratios"][bench.NAME]
    shares = [ratio["median"], ratio["lower"], ratio["upper"]]
    assert shares == pytest.approx([2 * window / stride, window / stride, 4 * window / stride])
    assert (found["kind"], found["mode"], found["threads"]) == ("passo", "ida", 1)


@pytest.mark.slow
def test_splitting_the_union_keeps_the_cost_of_a_pair_near_the_window():
    # Sem repartir, seriam umas 20 vezes; a meta é 2, e a folga é para a máquina ocupada.
    threads = torch.get_num_threads()
    found, _ = bench.measure("passo e janela", True, 1, 5)
    torch.set_num_threads(threads)
    assert found["ratios"][bench.NAME]["median"] < 4


@pytest.mark.slow
@pytest.mark.parametrize("name", ["BigBird", "hierarquia"])
def test_peak_memory_grows_linearly(name):
    assert bench.memory_exponent(name, train=True)["exponent"] <= bench.MEMORY_LIMIT
