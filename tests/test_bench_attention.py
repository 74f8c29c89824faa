"""Conjunto da atenção: confere antes de medir, sabe dizer quem faltou, e as razões valem."""

import json
from dataclasses import asdict

import attention_peers as peers
import bench_attention as bench
import pytest
import torch
from attention.sparse.compiled_cases import needs_compiler
from test_project_files import ROOT

from coursekit.attention.sparse import (
    BigBird,
    SlidingWindow,
    block_sparse_attention,
    windowed_attention,
)
from coursekit.benchmark import TimingOptions, compare, peak_memory, scaling_exponent
from coursekit.benchmark.spread import Spread

RECORD = ROOT / "book/_data/bench/attention.json"
# Compilar leva dezenas de segundos: a igualdade das compiladas é conferida por make bench. A densa
# sem janela faz outra conta.
UNCOMPILED = set(peers.CANDIDATES) - peers.COMPILED - {"SDPA densa"}


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("name", sorted(UNCOMPILED))
def test_every_candidate_gives_the_same_numbers(name, causal, train, one_thread):
    if train and name in peers.FORWARD_ONLY:
        pytest.skip("no processador, só tem ida")
    attention = peers.CANDIDATES[name](1024, causal)
    if isinstance(attention, str):
        pytest.skip(attention)
    inputs = peers.tensors(1024)
    expected = peers.task(peers.CANDIDATES[peers.OURS](1024, causal), inputs, train)()
    received = peers.task(attention, inputs, train)()
    assert len(received) == (4 if train else 1)
    assert bench.agree(expected, received)


def test_agreement_can_fail():
    one = [torch.ones(3)]
    assert bench.agree(one, [torch.ones(3) + 1e-5])
    assert not bench.agree(one, [torch.ones(3) + 1e-3])
    assert not bench.agree(one, [torch.full((3,), torch.nan)])


def test_a_wrong_candidate_stops_the_bench(monkeypatch):
    wrong = {peers.OURS: peers.ours, "errado": lambda n, causal: lambda q, k, v: v}
    monkeypatch.setattr(peers, "CANDIDATES", wrong)
    with pytest.raises(ValueError, match="errado não dá o mesmo que windowed_attention"):
        bench.measure(bench.Case(512, False, False), 3)


def test_who_is_missing_is_told_and_who_is_too_slow_is_left_out(monkeypatch):
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    some = {n: peers.CANDIDATES[n] for n in (peers.OURS, "local-attention", "densa ingênua")}
    monkeypatch.setattr(peers, "CANDIDATES", some)
    tasks, absent = bench.candidates(bench.Case(1024, False, True))
    assert set(tasks) == {peers.OURS, "densa ingênua"}
    assert absent == {"local-attention": "pacote local-attention não instalado"}
    tasks, _ = bench.candidates(bench.Case(8192, False, True))
    assert set(tasks) == {peers.OURS}


def test_only_who_entered_no_case_is_told_as_absent():
    # A natten só entra na causal, o Longformer só na bidirecional: os dois foram medidos.
    rows = [{"ratios": {"Longformer": 1}}, {"ratios": {"natten": 1, "CSR": 1}}]
    absent = {"natten": "borda", "Longformer": "causal", "local-attention": "não instalado"}
    assert bench.never_measured(rows, absent) == {"local-attention": "não instalado"}


@pytest.mark.parametrize(("train", "found"), [(False, True), (True, False)])
def test_who_is_too_slow_only_in_training_is_left_out_only_there(monkeypatch, train, found):
    some = {"CSR": lambda length, causal: lambda q, k, v: v}
    assert bench.LONGEST_TRAINING.items() >= bench.LONGEST.items()
    monkeypatch.setattr(peers, "CANDIDATES", some)
    assert ("CSR" in bench.candidates(bench.Case(16384, False, train))[0]) == found
    assert "CSR" in bench.candidates(bench.Case(8192, False, train))[0]


def ratio(median):
    return asdict(Spread(median, median, median, 5))


def test_the_guard_sees_a_close_windowed_peer_and_ignores_dense_ones():
    row = {"n": 8192, "causal": False, "mode": "ida e volta"}
    limit = bench.FLOORS["ida e volta"]
    close = {"local-attention": ratio(limit - 0.1), "SDPA densa": ratio(0.1), "CSR": ratio(9)}
    record = {"baseline": peers.OURS, "rows": [{**row, "ratios": close}]}
    (problem,) = bench.too_slow(record)
    assert "local-attention" in problem
    assert f"o piso é {limit}" in problem
    compiled = {"flex_attention, bloco 32": ratio(bench.COMPILED_FLOOR - 0.01)}
    assert len(bench.too_slow({**record, "rows": [{**row, "ratios": compiled}]})) == 1
    far = {"local-attention": ratio(limit + 0.1), "flex_attention, bloco 32": ratio(0.9)}
    assert bench.too_slow({**record, "rows": [{**row, "ratios": far}]}) == []


def test_the_guard_sees_a_peer_near_the_compiled_kernel():
    row = {"n": 8192, "causal": False, "mode": "ida e volta"}
    floor = bench.LIMIT_FLOORS["ida e volta"]
    assert floor == pytest.approx(0.85 * 2.5)
    assert bench.LIMIT_FLOORS["ida"] == pytest.approx(0.85 * 2)
    ratios = {peers.LIMIT: ratio(0.8), "CSR": ratio(9), "local-attention": ratio(2.0)}
    record = {"baseline": peers.OURS, "rows": [{**row, "ratios": ratios}]}
    assert bench.too_slow(record) == []
    ratios["local-attention"] = ratio(0.8 * (floor - 0.1))
    (problem,) = bench.too_slow(record)
    assert f"local-attention (n=8192, bidirecional, ida e volta): {floor - 0.1:.2f}" in problem
    assert peers.LIMIT in problem
    flex = {peers.LIMIT: ratio(0.8), "flex_attention, bloco 32": ratio(0.81)}
    assert len(bench.near_the_limit({**row, "ratios": flex})) == 1
    flex["flex_attention, bloco 32"] = ratio(0.9)  # basta ser mais lenta que ele
    assert bench.near_the_limit({**row, "ratios": flex}) == []
    ratios["SDPA densa"] = ratio(0.1)  # faz outra conta
    assert len(bench.too_slow(record)) == 1
    assert bench.near_the_limit({**row, "n": 4096, "ratios": ratios}) == []
    del ratios[peers.LIMIT]
    assert bench.too_slow(record) == []


def test_nobody_is_faster_than_the_arithmetic_alone():
    row = {"n": 8192, "causal": False, "mode": "ida"}
    ratios = {peers.FLOOR: ratio(0.5), peers.LIMIT: ratio(0.46), "SDPA densa": ratio(0.1)}
    assert bench.below_the_floor({**row, "ratios": ratios}) == []
    ratios[peers.LIMIT] = ratio(0.44)
    (problem,) = bench.below_the_floor({**row, "ratios": ratios})
    assert f"{peers.LIMIT} (n=8192, bidirecional, ida): 0.44 vezes" in problem
    assert problem in bench.too_slow({"baseline": peers.OURS, "rows": [{**row, "ratios": ratios}]})
    (ours,) = bench.below_the_floor({**row, "ratios": {peers.FLOOR: ratio(1.2)}})
    assert ours.startswith(peers.OURS)
    assert bench.below_the_floor({**row, "ratios": {peers.LIMIT: ratio(0.01)}}) == []


def test_the_arithmetic_counts_only_visible_pairs():
    # Três consultas, todas veem todas: 9 pares (6 causais), 4 cabeças de 64.
    assert peers.multiply_adds(3, False, False) == 2 * 9 * 4 * 64
    assert peers.multiply_adds(3, True, True) == 7 * 6 * 4 * 64


@needs_compiler
def test_the_floor_does_all_the_arithmetic_it_is_asked_for(one_thread):
    # Cada número tende a 1, e a cada soma-e-produto fica à metade da distância que o separava.
    (lanes,) = peers.floor(10**6)()
    assert lanes in (48, 96, 384)  # os que cada família de processadores tem à mão
    extra = [peers.floor(int(rounds * lanes))()[0] - lanes for rounds in (1, 2, 3)]
    assert extra[0] > lanes
    assert extra == [extra[0], extra[0] / 2, extra[0] / 4]
    assert peers.floor(int(lanes) + 1)()[0] - lanes == extra[1]  # nunca a menos


@needs_compiler
def test_the_floor_is_shared_among_the_threads():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    lanes = int(peers.floor(10**6)()[0])
    (one_round,) = peers.floor(lanes)()
    torch.set_num_threads(2)
    assert peers.floor(2 * lanes)() == [one_round, one_round]
    torch.set_num_threads(threads)


@needs_compiler
def test_a_measured_case_brings_its_floor(monkeypatch, one_thread):
    some = {name: peers.CANDIDATES[name] for name in (peers.OURS, peers.LIMIT)}
    monkeypatch.setattr(peers, "CANDIDATES", some)
    row, _, _ = bench.measure(bench.Case(1024, False, False), 3)
    assert set(row["ratios"]) == {peers.OURS, peers.LIMIT, peers.FLOOR}
    assert bench.below_the_floor(row) == []
    monkeypatch.setattr(peers, "CANDIDATES", {peers.OURS: peers.ours})
    row, _, _ = bench.measure(bench.Case(1024, False, False), 3)
    assert set(row["ratios"]) == {peers.OURS}
    asked = []
    monkeypatch.setattr(bench, "memory", lambda name, case: asked.append(name) or 1.0)
    case = bench.Case(bench.MEMORY_LENGTH, False, False)
    assert bench.memory_of({"ratios": {peers.LIMIT: 1, peers.FLOOR: 1}}, case) == {peers.LIMIT: 1.0}


def test_without_a_compiler_the_limit_is_absent(monkeypatch):
    def missing():
        raise RuntimeError("nenhum")

    monkeypatch.setattr(peers, "find_compiler", missing)
    monkeypatch.setattr(
        peers, "CANDIDATES", {n: peers.CANDIDATES[n] for n in (peers.OURS, peers.LIMIT)}
    )
    tasks, absent = bench.candidates(bench.Case(1024, False, True))
    assert set(tasks) == {peers.OURS}
    assert absent == {peers.LIMIT: "não há compilador de C++"}


def test_exponents_are_fitted_from_our_points(monkeypatch):
    asked = []
    times = {1: 1.0, 2: 4.0, 4: 16.0, 8: 64.0}
    monkeypatch.setattr(bench, "times_together", lambda *given: asked.append(given) or times)
    rows = [
        {"mode": mode, "n": n, "causal": causal, "memory_mib": {peers.OURS: 9 if causal else n}}
        for mode in ("ida", "ida e volta")
        for n in (1, 2, 4, 8)
        for causal in (False, True)
    ]
    found = bench.exponents(rows, 5)
    assert asked == [(False, 5), (True, 5)]
    told = {(x["quantity"], x["mode"]): x["exponent"] for x in found}
    assert list(told) == [
        ("tempo", "ida"), ("tempo", "ida e volta"), ("memória", "ida"), ("memória", "ida e volta"),
    ]  # fmt: skip
    assert list(told.values()) == pytest.approx([2, 2, 1, 1])


def test_the_lengths_are_timed_together_and_the_shortest_is_one(monkeypatch, one_thread):
    monkeypatch.setattr(bench, "LENGTHS", (512, 2048))
    seen = []

    def spying(length, causal):
        def attention(*inputs):
            seen.append(inputs[0].shape[2])
            return peers.naive(length, causal)(*inputs)  # quadrática: 16 vezes

        return attention

    monkeypatch.setattr(peers, "CANDIDATES", {peers.OURS: spying})
    found = bench.times_together(False, 3)
    assert found[512] == 1
    assert found[2048] > 4
    assert set(seen[-2:]) == set(seen[-4:-2]) == {512, 2048}  # cada rodada tem os dois


def test_the_guard_sees_what_grows_too_fast():
    def record(quantity, exponent):
        fit = {"name": peers.OURS, "mode": "ida", "quantity": quantity, "exponent": exponent}
        return {"baseline": peers.OURS, "rows": [], "exponents": [fit]}

    assert bench.too_slow(record("tempo", 1.1)) == bench.too_slow(record("memória", 1.05)) == []
    (problem,) = bench.too_slow(record("tempo", 1.11))
    assert problem == "tempo de windowed_attention (ida): expoente 1.110; o teto é 1.1"
    assert "o teto é 1.05" in bench.too_slow(record("memória", 1.06))[0]
    assert len(bench.too_slow(record("tempo", float("nan")))) == 1


@pytest.mark.slow
def test_the_window_is_faster_than_dense_and_patterns_cost_alike(one_thread):
    # Razões numa corrida só, com folga: a densa leva umas 8 vezes mais em n = 4096.
    length = 4096
    inputs = peers.tensors(length)
    window = SlidingWindow(peers.RADIUS)
    birds = BigBird(radius=peers.RADIUS, global_count=64, block=64, per_row=3, seed=0)
    run = {
        "janela": lambda: windowed_attention(*inputs, peers.RADIUS),
        "densa": lambda: torch.nn.functional.scaled_dot_product_attention(*inputs),
        "unfold": lambda: peers.unfold(length, False)(*inputs),
        "bigbird": lambda: block_sparse_attention(*inputs, birds),
    }
    found = compare(run, options=TimingOptions(repeats=5, warmup=1, min_seconds=0.0)).ratios
    assert found["densa"].median > 4
    assert found["unfold"].median > 1.1
    per_pair = birds.visible_pairs(length) / window.visible_pairs(length)
    assert found["bigbird"].median / per_pair < 2


@pytest.mark.slow
@pytest.mark.parametrize("train", [False, True])
def test_peak_memory_grows_linearly(train):
    sizes, costs = (4096, 8192, 16384, 32768), []
    for length in sizes:
        arguments = {"name": peers.OURS, "length": length, "causal": False, "train": train}
        found = peak_memory(
            "attention_peers:call", setup="attention_peers:prepare_memory", arguments=arguments
        )
        costs.append(found.mib)
    assert scaling_exponent(sizes, costs).exponent <= 1.05
    # O contexto (e, na volta, três gradientes) e um rascunho que não cresce: 33 e 128 MiB.
    rows = sizes[-1] * peers.HEADS * peers.WIDTH * 4 / 2**20
    least = 4 * rows if train else rows
    assert 0.95 * least <= costs[-1] <= 1.15 * least


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("train", [False, True])
def test_the_compiled_kernel_takes_no_more_memory(train):
    peaks = {}
    for name in (peers.OURS, peers.LIMIT):
        arguments = {"name": name, "length": 16384, "causal": False, "train": train}
        peaks[name] = peak_memory(
            "attention_peers:call", setup="attention_peers:prepare_memory", arguments=arguments
        ).mib
    rows = 16384 * peers.HEADS * peers.WIDTH * 4 / 2**20
    # O que se devolve (contexto; na volta, mais três gradientes); e, se há volta, os dois números
    # por consulta que poupam refazer a soma de cada linha, 0,5 MiB, com um quarto de folga.
    kept = 1.25 * 16384 * peers.HEADS * 2 * 4 / 2**20 if train else 0.0
    assert 0.95 * rows * (4 if train else 1) <= peaks[peers.LIMIT] <= peaks[peers.OURS] + kept


@pytest.mark.skipif(not RECORD.exists(), reason="make bench ainda não gravou a atenção")
def test_the_published_record_covers_every_case_and_passes_its_own_guard():
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert [(r["n"], r["causal"], r["mode"]) for r in record["rows"]] == [
        (case.n, case.causal, case.mode) for case in bench.CASES
    ]
    assert record["baseline"] == peers.OURS
    assert record["threads"] == 2
    assert bench.too_slow(record) == []
    measured = {name for row in record["rows"] for name in row["ratios"]}
    assert measured | set(record["absent"]) == {*peers.CANDIDATES, record["floor"]}
    assert record["environment"]["versions"]["torch"]
