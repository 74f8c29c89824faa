import json
import os
import sys

import pytest
from benchmark import workloads

from coursekit.benchmark import memory_child, peak_memory

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="só o Linux zera o pico")
# O núcleo do Linux conta páginas em blocos: medi desvios de -0,2 a +0,3 MiB.
SLACK = 2.0


@pytest.mark.parametrize("mib", [31, 97])
def test_counts_what_is_allocated(mib):
    measured = peak_memory("benchmark.workloads:allocate", arguments={"mib": mib})
    assert abs(measured.mib - mib) < SLACK
    assert measured.baseline_mib > 5
    json.dumps(measured.to_dict(), allow_nan=False)


@ON_LINUX
def test_setup_does_not_count_not_even_its_peak():
    arguments = {"mib": 53}
    setup = workloads.prepare
    doubled = peak_memory(workloads.duplicate, setup=setup, arguments=arguments)
    assert doubled.method == "VmHWM"
    assert abs(doubled.mib - 53) < SLACK
    assert doubled.baseline_mib > 53
    assert peak_memory(workloads.untouched, setup=setup, arguments=arguments).mib < SLACK


def test_agrees_with_the_other_counter(monkeypatch):
    # Outro caminho: o pico da vida inteira, que sem setup é o mesmo.
    request = {"function": "benchmark.workloads:allocate", "setup": None, "arguments": {"mib": 0}}
    monkeypatch.setattr(memory_child, "_reset_high_water_mark", lambda: False)
    answer = memory_child.measured(request)
    assert answer["method"] == ("peak_wset" if sys.platform == "win32" else "ru_maxrss")
    psutil = pytest.importorskip("psutil")
    resident = psutil.Process().memory_info().rss / 2**20
    assert answer["baseline_mib"] >= 0.9 * resident


def test_output_of_the_function_is_not_the_answer():
    assert peak_memory(workloads.noisy, arguments={"mib": 17}).mib > 15


def nested():
    def inside():
        return None

    return inside


@pytest.mark.parametrize("function", [lambda: None, nested(), json.JSONEncoder.encode])
def test_refuses_function_the_other_process_cannot_find(function):
    with pytest.raises(ValueError, match=r"não pode ser encontrada por nome.*'modulo:funcao'"):
        peak_memory(function)


def test_refuses_function_of_a_notebook(monkeypatch):
    monkeypatch.setattr(workloads.allocate, "__module__", "__main__")
    with pytest.raises(ValueError, match=r"'allocate' não pode ser encontrada.*caderno"):
        peak_memory(workloads.allocate)


@pytest.mark.parametrize("address", ["modulo", "a:b:c"])
def test_refuses_bad_address(address):
    with pytest.raises(
        ValueError, match=rf"'{address}' não é um endereço.*'pacote\.modulo:funcao'"
    ):
        peak_memory(address)


def test_refuses_arguments_that_do_not_cross():
    with pytest.raises(TypeError, match=r"precisam caber em JSON .*crie tensores.*em setup"):
        peak_memory(workloads.allocate, arguments={"mib": object()})


def test_reports_failure_timeout_and_death():
    with pytest.raises(RuntimeError, match=r"fail falhou ao ser medida: ValueError: não deu"):
        peak_memory(workloads.fail)
    with pytest.raises(TimeoutError, match=r"sleep não terminou em 0\.5 s.*timeout"):
        peak_memory(workloads.sleep, timeout=0.5)
    if hasattr(os, "fork"):
        with pytest.raises(RuntimeError, match=r"die foi morto pelo sinal 9.*memória"):
            peak_memory(workloads.die)
