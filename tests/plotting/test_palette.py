"""A paleta cumpre o que promete: contraste, daltonismo, cinza e variáveis CSS."""

import itertools

import pytest

from coursekit.plotting import palette
from coursekit.plotting.colorimetry import contrast_ratio, mix, parse_hex, readable_ink

from .color_vision import SIMULATIONS, cielab, delta_e

THEMES = [palette.LIGHT, palette.DARK]
TEXT_ROLES = ["ink", "muted", "primary", "accent", "confirmed", "partial", "refuted", "unsupported"]


def theme_id(theme: palette.Theme) -> str:
    return theme.name


@pytest.mark.parametrize("theme", THEMES, ids=theme_id)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_colors_reach_4_5_on_page_and_card(theme, role):
    for background in (theme.background, theme.surface):
        assert contrast_ratio(getattr(theme, role), background) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=theme_id)
@pytest.mark.parametrize("verdict", palette.VERDICTS)
def test_verdict_is_readable_on_its_own_tint(theme, verdict):
    assert contrast_ratio(theme.verdict(verdict), theme.verdict_tint(verdict)) >= 4.5
    assert contrast_ratio(theme.ink, theme.verdict_tint(verdict)) >= 7.0


@pytest.mark.parametrize("theme", THEMES, ids=theme_id)
def test_text_on_filled_buttons_reaches_4_5(theme):
    assert contrast_ratio(theme.on_primary, theme.primary) >= 4.5
    assert contrast_ratio(theme.on_accent, theme.accent) >= 4.5
    assert contrast_ratio(theme.ink, theme.primary_soft) >= 4.5
    assert contrast_ratio(theme.ink, theme.accent_soft) >= 4.5
    assert contrast_ratio(theme.ink, theme.sunken) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=theme_id)
def test_graphics_reach_3_on_page_and_card(theme):
    colors = [theme.line, theme.focus, *theme.series]
    assert len(colors) == 7
    for color, background in itertools.product(colors, (theme.background, theme.surface)):
        assert contrast_ratio(color, background) >= 3.0, (color, background)


# ΔE00 ≈ 1 é o limiar do perceptível lado a lado; 10 separa cores a distância. Em cinza só
# resta a claridade, e aí pedimos 4,5: o ícone e a palavra (ou o marcador) fazem o resto.
MINIMUM = {"normal": 15, "protanopia": 10, "deuteranopia": 10, "tritanopia": 10, "cinza": 4.5}


@pytest.mark.parametrize("theme", THEMES, ids=theme_id)
@pytest.mark.parametrize("simulation", SIMULATIONS)
@pytest.mark.parametrize("group", ["verdicts", "series"])
def test_colors_stay_apart_in_every_vision(theme, simulation, group):
    colors = (
        theme.series if group == "series" else [theme.verdict(name) for name in palette.VERDICTS]
    )
    assert len(colors) >= 4
    for first, second in itertools.combinations(colors, 2):
        distance = delta_e(cielab(first, simulation), cielab(second, simulation))
        assert distance >= MINIMUM[simulation], (first, second, distance)


@pytest.mark.parametrize("simulation", SIMULATIONS)
def test_sequential_map_darkens_in_even_steps_in_every_vision(simulation):
    lightness = [cielab(color, simulation)[0] for color in palette.SEQUENTIAL]
    steps = [before - after for before, after in itertools.pairwise(lightness)]
    assert min(steps) >= 8
    if simulation in {"normal", "cinza"}:
        # Degraus parecidos: diferença de peso igual, diferença de claridade igual.
        assert max(steps) <= 1.15 * min(steps)


def test_delta_e_reproduces_published_pairs():
    # Tabela 1 de Sharma, Wu e Dalal (2005), pares 1, 7 e 25.
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ]
    for first, second, expected in pairs:
        assert delta_e(first, second) == pytest.approx(expected, abs=5e-5)


def test_contrast_matches_hand_values():
    # Cinza #777777: canal 119/255 = 0,4667 → linear 0,18448; (1,05)/(0,23448) = 4,478.
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.478, abs=5e-4)
    assert contrast_ratio("#ffffff", "#777777") == contrast_ratio("#777777", "#ffffff")


def test_readable_ink_follows_the_background():
    assert readable_ink("#f6f1e4", dark="#14242c", light="#ffffff") == "#14242c"
    assert readable_ink("#0a2f3d", dark="#14242c", light="#ffffff") == "#ffffff"


def test_mix_goes_from_base_to_other():
    assert mix("#102030", "#405060", 0.0) == "#102030"
    assert mix("#102030", "#405060", 1.0) == "#405060"
    assert mix("#000000", "#ff0000", 0.4) == "#660000"


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_mix_rejects_amount_outside_unit_interval(amount):
    with pytest.raises(ValueError, match=r"amount = .*fora de \[0, 1\].*Passe a fração"):
        mix("#000000", "#ffffff", amount)


@pytest.mark.parametrize("color", ["azul", "#FFF", "#ABCDEF", "#12345", "#1234567", None])
def test_parse_hex_rejects_other_spellings(color):
    with pytest.raises(ValueError, match=r"não reconhecida.*#rrggbb.*Escreva"):
        parse_hex(color)


def test_unknown_verdict_says_which_are_accepted():
    with pytest.raises(ValueError, match=r"'Confirmado' desconhecido.*sem apoio.*minúsculas"):
        palette.LIGHT.verdict("Confirmado")


def test_css_variables_cover_both_themes_alike():
    light, dark = (palette.css_variables(theme) for theme in THEMES)
    assert list(light) == list(dark)
    assert len(light) == 14 + 2 * 4 + 5
    assert all(name.startswith("--curso-") and " " not in name for name in light)
    assert light["--curso-on-primary"] == palette.LIGHT.on_primary
    assert light["--curso-parcial-fundo"] == palette.LIGHT.verdict_tint("parcial")
    assert dark["--curso-serie-5"] == palette.DARK.series[4]
    for value in (*light.values(), *dark.values()):
        parse_hex(value)
