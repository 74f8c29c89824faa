import math

import numpy as np
import pytest
import torch

from coursekit.evidence import Experiment, MeasurementError, load_cards
from coursekit.evidence.experiment import loaded_versions


def an_experiment(experiment_id="E04", seeds=(0, 1, 2)):
    return Experiment(experiment_id, title="Contagem", data="sete números", seeds=seeds)


def test_passing_measurement_is_recorded():
    experiment = an_experiment()
    measurement = experiment.measure(
        "error", 0.02, at_most=0.1, per_seed=[0.01, 0.02, 0.3], label="erro", unit="nats"
    )
    assert measurement.passed
    assert measurement.per_seed == (0.01, 0.02, 0.3)
    assert repr(measurement) == "erro: 0,02 nats (limiar: no máximo 0,1; satisfeito)"
    assert experiment.card().measurement("error") is measurement


def test_failing_measurement_raises_and_stays_in_the_card():
    experiment = an_experiment()
    with pytest.raises(
        MeasurementError, match=r"E04\.error: medi 0\.3 s e o limiar é no máximo 0,1.*mude o texto"
    ):
        experiment.measure("error", 0.3, at_most=0.1, unit="s")
    card = experiment.card()
    assert card.verdict == "não cumprido"
    assert not card.measurement("error").passed


def test_measurement_error_is_an_assertion_error():
    with pytest.raises(AssertionError):
        an_experiment().measure("error", 1.0, at_most=0.0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_undefined_value_never_passes(value):
    with pytest.raises(MeasurementError, match="limiar"):
        an_experiment().measure("error", value, at_least=-1e300)


def test_rule_applies_to_the_value_unless_every_seed_is_asked():
    points = [0.97, 0.94, 0.99]
    assert an_experiment().measure("accuracy", 0.967, at_least=0.95, per_seed=points).passed
    with pytest.raises(MeasurementError, match=r"o valor e cada semente.*0\.94"):
        an_experiment().measure("accuracy", 0.967, at_least=0.95, per_seed=points, every_seed=True)


def test_undefined_seed_fails_every_seed():
    with pytest.raises(MeasurementError, match="nan"):
        an_experiment().measure(
            "accuracy", 0.97, at_least=0.9, per_seed=[1.0, math.nan, 1.0], every_seed=True
        )


def test_every_seed_needs_points():
    with pytest.raises(ValueError, match="every_seed=True sem per_seed="):
        an_experiment().measure("accuracy", 0.97, at_least=0.9, every_seed=True)


def test_one_point_per_seed():
    with pytest.raises(ValueError, match=r"trouxe 2 valores .* declara 3 sementes"):
        an_experiment().measure("accuracy", 0.97, at_least=0.9, per_seed=[1.0, 0.9])


@pytest.mark.parametrize(
    ("value", "expected", "kind"),
    [
        (np.float32(0.5), 0.5, float),
        (np.int64(3), 3, int),
        (np.bool_(True), True, bool),
        (np.array([0.25]), 0.25, float),
        (torch.tensor(0.75), 0.75, float),
        (torch.tensor([[2]]), 2, int),
    ],
)
def test_accepts_scalars_of_every_library(value, expected, kind):
    measurement = an_experiment().measure("value", value, between=(0, 5))
    assert measurement.value == expected
    assert type(measurement.value) is kind


@pytest.mark.parametrize("value", [np.ones(2), torch.ones(3), "0.5", None, [1.0]])
def test_rejects_what_is_not_one_number(value):
    with pytest.raises(TypeError, match=r"recebeu \w+; ela guarda um número.*per_seed="):
        an_experiment().measure("value", value, at_most=1)


def test_boolean_measurement():
    measurement = an_experiment().measure("requires_grad", False, equals=False, label="gradiente")
    assert measurement.shown_value == "não"
    with pytest.raises(MeasurementError):
        an_experiment().measure("requires_grad", True, equals=False)


@pytest.mark.parametrize("name", ["", "Erro", "erro médio", "2erros", "erro-medio"])
def test_rejects_names_that_templates_cannot_use(name):
    with pytest.raises(ValueError, match="Use minúsculas sem acento"):
        an_experiment().measure(name, 1, equals=1)


def test_rejects_repeated_name():
    experiment = an_experiment()
    experiment.measure("count", 1, equals=1)
    with pytest.raises(ValueError, match="já mediu count"):
        experiment.measure("count", 1, equals=1)


def test_threshold_is_mandatory_in_measure():
    with pytest.raises(ValueError, match="recebi nenhum"):
        an_experiment().measure("count", 1)


@pytest.mark.parametrize(
    ("supports", "message"),
    [
        ({"S9-99": "refutado"}, r"'S9-99'.*não existe.*claims\.csv"),
        ({"S1-27": "refutada"}, "veredito desconhecido. Use confirmado, parcial"),
        ({"S1-27": "lacuna"}, "veredito desconhecido"),
        ({"S1-27": "confirmado"}, "a tabela diz «refutado».*corrija o texto"),
        ({"S4-77": "refutado"}, "a tabela diz «ainda sem veredito»"),
    ],
)
def test_supports_must_agree_with_the_table(supports, message):
    with pytest.raises(ValueError, match=message):
        an_experiment().measure("count", 0, equals=0, supports=supports)


def test_supports_reaches_the_card():
    experiment = an_experiment()
    experiment.measure("count_decreased", 0, equals=0, supports={"S1-27": "refutado"})
    assert experiment.card().supports == {"S1-27": "refutado"}


def test_failed_measurement_supports_nothing():
    experiment = an_experiment()
    with pytest.raises(MeasurementError):
        experiment.measure("count_decreased", 1, equals=0, supports={"S1-27": "refutado"})
    assert experiment.card().supports == {}


@pytest.mark.parametrize("experiment_id", ["E00", "E99", "e04", "4", ""])
def test_rejects_unknown_experiment(experiment_id):
    with pytest.raises(ValueError, match="não está no catálogo, que vai de E01 a E53"):
        an_experiment(experiment_id)


def test_rejects_missing_title_or_data():
    with pytest.raises(ValueError, match="os dois são obrigatórios"):
        Experiment("E04", title=" ", data="x", seeds=[])
    with pytest.raises(ValueError, match="os dois são obrigatórios"):
        Experiment("E04", title="x", data="", seeds=[])


def test_rejects_repeated_seeds():
    with pytest.raises(ValueError, match=r"sementes repetidas em \[0, 1, 0\]"):
        an_experiment(seeds=[0, 1, 0])


def test_card_needs_a_measurement():
    with pytest.raises(ValueError, match="não mediu nada"):
        an_experiment().card()


def test_card_is_written_only_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    experiment = an_experiment()
    experiment.measure("count", 1, equals=1)
    monkeypatch.delenv("COURSEKIT_CARDS_DIR", raising=False)
    experiment.card()
    assert list(tmp_path.rglob("*")) == []
    monkeypatch.setenv("COURSEKIT_CARDS_DIR", str(tmp_path / "cartoes"))
    card = experiment.card()
    stored = load_cards(tmp_path / "cartoes")
    assert list(stored) == ["E04"]
    assert stored["E04"].to_dict() == card.to_dict()
    assert card.chapter == 2


def test_versions_name_only_what_was_imported(monkeypatch):
    versions = loaded_versions()
    assert versions["numpy"] == np.__version__
    assert versions["torch"] == str(torch.__version__)
    monkeypatch.delitem(__import__("sys").modules, "torch")
    assert "torch" not in loaded_versions()
