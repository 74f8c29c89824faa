import gc
import json

import pytest

from coursekit.benchmark import TimingOptions, compare, measure, timing


class Clock:
    """Relógio de mentira: cada tarefa o adianta do seu custo."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        self.drift = 0.0
        self.order = []
        monkeypatch.setattr(timing.time, "perf_counter", lambda: self.now)

    def task(self, name, cost, result=None):
        def run():
            self.order.append(name)
            self.now += cost * (1 + self.drift * len(self.order))
            return result

        return run


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def options(repeats=5, warmup=2, min_seconds=0.0, **others):
    return TimingOptions(repeats=repeats, warmup=warmup, min_seconds=min_seconds, **others)


def test_median_and_samples_with_a_known_clock(clock):
    measurement = measure(clock.task("a", 0.25), options=options())
    assert measurement.seconds.median == pytest.approx(0.25)
    assert measurement.seconds.iqr == pytest.approx(0.0)
    assert len(measurement.samples) == measurement.seconds.count == 5
    assert measurement.calls_per_sample == 1
    # 2 de aquecimento, 1 para achar o número de chamadas, 5 medidas.
    assert len(clock.order) == 8


def test_warmup_does_not_count(clock):
    costs = iter([9.0, 9.0, 9.0, *[0.5] * 99])

    def task():
        clock.now += next(costs)

    assert max(measure(task, options=options(warmup=2)).samples) == 0.5


def test_fast_functions_are_repeated_until_the_minimum(clock):
    measurement = measure(clock.task("a", 0.001), options=options(min_seconds=0.1))
    assert measurement.calls_per_sample >= 100
    assert measurement.seconds.median == pytest.approx(0.001)


def test_candidates_take_turns_and_rotate_who_starts(clock):
    tasks = {name: clock.task(name, 1.0) for name in "abc"}
    compare(tasks, options=options(repeats=4, warmup=0))
    assert "".join(clock.order[3:]) == "abc" + "bca" + "cab" + "abc"


def test_ratios_are_by_round_and_survive_a_slowing_machine(clock):
    clock.drift = 0.05  # a máquina fica mais lenta a cada chamada
    tasks = {"rápida": clock.task("rápida", 1.0), "lenta": clock.task("lenta", 3.0)}
    comparison = compare(tasks, baseline="rápida", options=options(repeats=11))
    assert comparison.baseline == "rápida"
    assert comparison.ratios["rápida"].median == 1.0
    assert comparison.ratios["lenta"].median == pytest.approx(3.0, rel=0.1)
    spread_of_times = comparison.measurements["lenta"].seconds
    assert spread_of_times.iqr / spread_of_times.median > comparison.ratios["lenta"].iqr / 3


def test_baseline_is_the_first_unless_named(clock):
    tasks = {"a": clock.task("a", 2.0), "b": clock.task("b", 1.0)}
    assert compare(tasks, options=options()).ratios["b"].median == pytest.approx(0.5)
    assert compare(tasks, baseline="b", options=options()).ratios["a"].median == pytest.approx(2.0)


def test_waits_for_the_accelerator_inside_the_clock(clock):
    def wait():
        clock.now += 0.75

    measurement = measure(clock.task("a", 0.25), options=options(synchronize=wait))
    assert measurement.seconds.median == pytest.approx(1.0)


def test_garbage_collection_is_off_while_timing_and_back_after():
    seen = []
    measure(lambda: seen.append(gc.isenabled()), options=options(warmup=0))
    assert seen == [False] * 6
    assert gc.isenabled()
    gc.disable()
    try:
        measure(lambda: None, options=options())
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_equality_is_checked_before_timing(clock):
    tasks = {"certa": clock.task("certa", 1.0, result=4), "errada": clock.task("errada", 1.0, 5)}
    message = r"'errada' não dá o mesmo resultado que 'certa'.*Corrija"
    with pytest.raises(ValueError, match=message):
        compare(tasks, agree=lambda a, b: a == b, options=options())
    assert len(clock.order) == 3
    tasks["errada"] = clock.task("errada", 1.0, 4)
    assert compare(tasks, agree=lambda a, b: a == b, options=options()).ratios


def test_results_fit_in_json_with_one_environment():
    comparison = compare({"a": lambda: None, "b": lambda: None}, options=options())
    record = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert set(record) == {"baseline", "measurements", "ratios", "environment"}
    assert "environment" not in record["measurements"]["a"]
    single = measure(lambda: None, options=options()).to_dict()
    assert json.loads(json.dumps(single))["environment"]["python"]


def test_real_clock_tells_slow_from_fast():
    tasks = {"dez": lambda: sum(range(10_000)), "cem": lambda: sum(range(100_000))}
    comparison = compare(tasks, options=TimingOptions(repeats=5))
    assert comparison.ratios["cem"].median > 3


def test_refuses_bad_candidates():
    with pytest.raises(ValueError, match=r"não há candidatos.*'minha'"):
        compare({})
    with pytest.raises(TypeError, match=r"'a' é int, que não se chama.*lambda"):
        compare({"a": 3})
    with pytest.raises(ValueError, match=r"referência 'c' não é um dos candidatos: a, b"):
        compare({"a": print, "b": print}, baseline="c")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"repeats": 2}, r"repeats deve ser pelo menos 3; recebi 2"),
        ({"warmup": -1}, r"warmup não pode ser negativo; recebi -1"),
        ({"min_seconds": float("nan")}, r"min_seconds não pode ser negativo; recebi nan"),
    ],
)
def test_refuses_bad_options(bad, message):
    with pytest.raises(ValueError, match=message):
        TimingOptions(**bad)
