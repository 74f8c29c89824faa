"""As ferramentas de tools/: instalar, contar, prender versões, achar navegador e mutantes."""

import subprocess
import sys
from pathlib import Path

import pytest
from test_project_files import ROOT, load_tool

task = load_tool("task")
constraints = load_tool("constraints")
mutants = load_tool("mutants")
oldest = load_tool("oldest")
large_files = load_tool("large_files")


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return load_tool("run_stages")


@pytest.fixture
def browser():
    return load_tool("browser")


def test_fingerprint_changes_with_what_decides_the_install(tmp_path, monkeypatch):
    monkeypatch.setattr(task, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text("a")
    (tmp_path / "constraints.txt").write_text("b")
    first = task.fingerprint("book")
    assert task.fingerprint("all") != first
    (tmp_path / "constraints.txt").write_text("c")
    assert task.fingerprint("book") != first


def test_a_full_install_also_serves_the_book(tmp_path, monkeypatch):
    monkeypatch.setattr(task, "VENV", tmp_path)
    assert not task.is_installed("book")
    (tmp_path / ".instalado-all").write_text(task.fingerprint("all"))
    assert task.is_installed("book")
    assert task.is_installed("all")


def test_a_book_install_does_not_pretend_to_be_full(tmp_path, monkeypatch):
    monkeypatch.setattr(task, "VENV", tmp_path)
    (tmp_path / ".instalado-book").write_text(task.fingerprint("book"))
    assert not task.is_installed("all")


def test_the_bench_needs_its_peers_and_serves_everything_else(tmp_path, monkeypatch):
    monkeypatch.setattr(task, "VENV", tmp_path)
    (tmp_path / ".instalado-all").write_text(task.fingerprint("all"))
    assert not task.is_installed("bench")
    (tmp_path / ".instalado-all").unlink()
    (tmp_path / ".instalado-bench").write_text(task.fingerprint("bench"))
    assert all(task.is_installed(level) for level in task.EXTRAS)


def test_the_bench_installs_its_peers_before_measuring(monkeypatch):
    done = []
    monkeypatch.setattr(task, "ensure", done.append)
    monkeypatch.setattr(task, "run", lambda *arguments: done.append(arguments) or 0)
    assert task.bench(["padroes"]) == 0
    assert done == ["bench", ("tools/bench.py", "padroes")]


def test_an_old_python_is_refused_in_portuguese(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    with pytest.raises(SystemExit, match=r"3\.11 ou mais novo; encontrei o 3\.9[\s\S]*PYTHON="):
        task.ensure("book")


def test_an_unknown_task_fails_and_lists_the_known_ones():
    command = [sys.executable, "tools/task.py", "livro"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 2
    assert "Não conheço a tarefa «livro»" in result.stderr
    assert "notebooks" in result.stdout


def test_the_address_is_changed_in_one_place(tmp_path, monkeypatch):
    original = (ROOT / "_config.yml").read_text(encoding="utf-8")
    (tmp_path / "_config.yml").write_text(original, encoding="utf-8")
    monkeypatch.setattr(task, "ROOT", tmp_path)
    monkeypatch.setattr(task, "notebooks", lambda extra: 0)
    assert task.address(["https://github.com/voce/seu-curso"]) == 0
    changed = (tmp_path / "_config.yml").read_text(encoding="utf-8")
    pairs = zip(original.splitlines(), changed.splitlines(), strict=True)
    assert [b.strip() for a, b in pairs if a != b] == ["url: https://github.com/voce/seu-curso"]


@pytest.mark.parametrize("bad", [[], ["github.com/x/y"], ["https://github.com/x"], ["a", "b"]])
def test_a_bad_address_is_refused(bad, capsys):
    assert task.address(bad) == 2
    assert "Diga o endereço" in capsys.readouterr().out


def test_pins_lose_local_suffix_editables_and_cuda():
    frozen = "torch==2.13.0+cpu\n-e git+x\nnvidia-cublas==1\ntriton==3\nNumPy==2.4.6\nx @ file:///y"
    assert constraints.pinned(frozen) == ["NumPy==2.4.6", "torch==2.13.0"]


def test_oldest_turns_every_lower_bound_into_a_pin():
    pins = oldest.oldest()
    assert "numpy==1.26" in pins
    assert all("==" in pin and ">" not in pin for pin in pins)


def test_counts_come_from_the_last_pytest_summary(stages):
    output = "3 passed in 1s\n....\n12 passed, 2 failed, 1 error in 3.2s\n"
    assert stages.counted(output) == (12, 3)
    assert stages.counted("nada aqui") == (0, 0)


def test_a_failing_command_makes_its_stage_fail(stages, capsys):
    good = (sys.executable, "-c", "pass")
    bad = (sys.executable, "-c", "raise SystemExit(3)")
    stage = stages.Stage("x", "y", (good, bad, good))
    passed_stage, passed, failed, seconds = stages.run_stage(stage, {})
    assert (passed_stage, passed, failed) == (False, 2, 1)
    assert stages.summary([(stage, passed_stage, passed, failed, seconds)]) == 1
    assert "2 passed, 1 failed" in capsys.readouterr().out


def test_every_stage_promises_something_and_has_commands(stages):
    listed = stages.stages("pasta")
    assert len({stage.name for stage in listed}) == len(listed) >= 8
    assert all(stage.proves and stage.commands for stage in listed)


def test_a_browser_path_that_does_not_exist_is_an_error(browser, monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHROMIUM", "/nao/existe")
    with pytest.raises(SystemExit, match="COURSEKIT_CHROMIUM aponta para /nao/existe"):
        browser.find()


def test_no_browser_at_all_is_an_error_that_says_what_to_do(browser, monkeypatch):
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(browser, "install", lambda: None)
    with pytest.raises(SystemExit, match=r"apt-get install chromium[\s\S]*COURSEKIT_CHROMIUM"):
        browser.ensure()


def test_a_chosen_browser_wins(browser, monkeypatch, tmp_path):
    path = tmp_path / "meu-chromium"
    path.write_text("")
    monkeypatch.setenv("COURSEKIT_CHROMIUM", str(path))
    assert browser.ensure() == str(path)


def mutant(**changes: object):
    row = {
        "area": "a",
        "name": "n",
        "file": "coursekit/__init__.py",
        "find": '__version__ = "',
        "replace": '__version__ = "9',
        "tests": ("tests/test_project_files.py",),
    }
    return mutants.Mutant(**{**row, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"find": "não está lá"}, "ocorre 0 vezes"),
        ({"find": "c"}, r"ocorre \d+ vezes"),
        ({"replace": '__version__ = "'}, "não muda nada"),
        ({"equivalent": True}, "por que é equivalente"),
        ({"tests": ("tests/nada.py",)}, "inexistentes"),
        ({"tests": ()}, "inexistentes"),
    ],
)
def test_badly_described_mutants_are_refused(changes, message):
    with pytest.raises(SystemExit, match=message):
        mutants.validate(mutant(**changes))


def test_every_planted_defect_still_has_where_to_be_planted():
    # Quem muda o código muda o mutante dele: senão a lista deixa de valer, e só se sabe no fim.
    areas = {planted.area for planted in mutants.load([])}
    assert areas == {path.stem for path in mutants.LISTS.glob("*.toml")}


def test_a_well_described_mutant_is_accepted_and_can_be_killed(tmp_path, monkeypatch):
    test = tmp_path / "tests" / "test_x.py"
    test.parent.mkdir()
    test.write_text("from coursekit import f\ndef test_f(): assert f() == 1\n")
    package = tmp_path / "coursekit" / "__init__.py"
    package.parent.mkdir()
    package.write_text("def f(): return 1\n")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    dead = mutant(find="return 1", replace="return 2", tests=("tests/test_x.py",))
    alive = mutant(find="return 1", replace="return 2 - 1", tests=("tests/test_x.py",))
    mutants.validate(dead)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert mutants.is_killed(dead, tmp_path, 60.0)
        assert not mutants.is_killed(alive, tmp_path, 60.0)
    assert package.read_text() == "def f(): return 1\n"


def test_a_mutant_that_never_ends_counts_as_dead(tmp_path):
    (tmp_path / "test_x.py").write_text("def test_f():\n    while True: pass\n")
    assert mutants.run_tests(tmp_path, ("test_x.py",), 2.0) == mutants.TIMED_OUT


def test_failing_sound_code_is_reported_instead_of_counted_as_kills(tmp_path, monkeypatch, capsys):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text("def test_f(): assert False\n")
    (tmp_path / "tests" / "test_y.py").write_text(
        "from coursekit import f\ndef test_f(): assert f() == 1\n"
    )
    (tmp_path / "coursekit").mkdir()
    (tmp_path / "coursekit" / "__init__.py").write_text("def f(): return 1\n")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    broken = mutant(find="return 1", replace="return 2", tests=("tests/test_x.py",))
    sound = mutant(find="return 1", replace="return 2", tests=("tests/test_y.py",))
    outcomes = mutants.work([broken, sound])
    assert [outcome.killed for outcome in outcomes] == [None, True]
    assert "o código são não passa em tests/test_x.py" in capsys.readouterr().out
    assert mutants.report(outcomes, 0, 1.0) == 1
    assert "1/2 mortos, 1 sem julgamento" in capsys.readouterr().out
    assert mutants.report(outcomes[1:], 0, 1.0) == 0


def test_the_shares_cover_every_mutant_once():
    many = [mutant(name=str(k), tests=(f"tests/t{k % 3}.py",)) for k in range(7)]
    shares = mutants.by_test(many, 2)
    assert len(shares) == 2
    assert sorted(m.name for share in shares for m in share) == [str(k) for k in range(7)]


def test_large_files_are_refused(tmp_path: Path, capsys):
    big, small = tmp_path / "big.bin", tmp_path / "small.bin"
    big.write_bytes(b"0" * (2**20 + 1))
    small.write_bytes(b"0")
    assert large_files.main([str(small)]) == 0
    assert large_files.main([str(big), str(small)]) == 1
    assert "gere o arquivo por código" in capsys.readouterr().out
