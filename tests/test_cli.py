import argparse
import json
import re
import subprocess
import sys
import types

import pytest

import coursekit
from coursekit import arguments, cli

# Palavras que o argparse escreve em inglês, em qualquer versão do Python.
ENGLISH = re.compile(
    r"\b(usage|options?|positional|arguments?|show|help|exit|error|invalid|choice|choose|from|"
    r"expected|required|following|unrecognized|ambiguous|could|match|ignored|explicit|allowed|"
    r"with|value|default|one|least|most)\b",
    re.IGNORECASE,
)
WRONG = [
    [],
    ["bla"],
    ["doctor", "--js=3"],
    ["doctor", "--nada"],
    ["versao", "sobra"],
]


@pytest.mark.parametrize("argv", [["-h"], ["doctor", "--help"], ["versao", "-h"]])
def test_help_is_wholly_in_portuguese(argv, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    text = capsys.readouterr().out
    assert caught.value.code == 0
    assert "uso: coursekit" in text
    assert "mostra esta ajuda e sai" in text
    assert ENGLISH.findall(text.replace("--help", "")) == []


@pytest.mark.parametrize("argv", WRONG)
def test_errors_are_in_portuguese_with_code_2(argv, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    output = capsys.readouterr()
    assert caught.value.code == 2
    assert output.out == ""
    assert "erro: " in output.err
    assert ENGLISH.findall(output.err) == []


def test_every_kind_of_argument_error_is_translated(capsys):
    parser = arguments.ArgumentParser(prog="x")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--um", type=int)
    group.add_argument("--dois", nargs=2)
    parser.add_argument("--tres", nargs="+")
    parser.add_argument("--trenó", choices=["a", "b"])
    for argv in (
        [],
        ["--um"],
        ["--um", "z"],
        ["--um", "1", "--dois", "1", "2"],
        ["--dois", "1"],
        ["--um", "1", "--tres"],
        ["--um", "1", "--tre", "1"],
        ["--um", "1", "--trenó", "c"],
    ):
        with pytest.raises(SystemExit):
            parser.parse_args(argv)
        message = capsys.readouterr().err
        assert ENGLISH.findall(message) == [], message


def test_argparse_is_left_as_it_was():
    before = (argparse._, argparse.ngettext)
    parser = arguments.ArgumentParser(prog="x")
    with pytest.raises(SystemExit):
        parser.parse_args(["--nada"])
    assert (argparse._, argparse.ngettext) == before
    assert argparse.ArgumentParser(prog="x").format_usage().startswith("usage")


def test_prints_the_version(capsys):
    assert cli.main(["versao"]) == 0
    assert capsys.readouterr().out == f"{coursekit.__version__}\n"


def test_notebooks_go_to_authoring_untouched(monkeypatch):
    received = []
    fake = types.ModuleType("coursekit.authoring")
    fake.cli_main = lambda argv: received.append(argv) or 1
    monkeypatch.setitem(sys.modules, "coursekit.authoring", fake)
    assert cli.main(["notebooks", "--check", "01", "-h"]) == 1
    assert received == [["--check", "01", "-h"]]


def test_module_door_exits_with_the_right_code():
    command = [sys.executable, "-m", "coursekit"]
    good = subprocess.run([*command, "versao"], capture_output=True, text=True, check=False)
    bad = subprocess.run([*command, "bla"], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout.strip()) == (0, coursekit.__version__)
    assert bad.returncode == 2


@pytest.mark.parametrize("passed", [True, False])
@pytest.mark.parametrize("as_json", [True, False])
def test_doctor_exit_code_follows_the_report(monkeypatch, capsys, passed, as_json):
    from coursekit import doctor

    seen = []

    def examine(*, with_gpu):
        seen.append(with_gpu)
        finding = doctor.Finding("Grupo", "coisa", "ok" if passed else "falta", "assim", "")
        return doctor.Report("9.9.9", (finding,))

    monkeypatch.setattr(doctor, "examine", examine)
    code = cli.main(["doctor", "--sem-gpu", *(["--json"] if as_json else [])])
    output = capsys.readouterr().out
    assert code == (0 if passed else 1)
    assert seen == [False]
    assert (json.loads(output)["passed"] == passed) if as_json else output.startswith("coursekit")
