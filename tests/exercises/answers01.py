"""Respostas típicas do capítulo 1."""

from functools import cache

import numpy as np
from scipy.ndimage import maximum_filter
from sklearn.datasets import load_digits
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from coursekit.models import allocation, pixel_budget, saliency
from exercises.typical_answer import Right, Wrong


def peak_heights(scaled):
    return scaled[(scaled == maximum_filter(scaled, size=3)) & (scaled > 0.05) & (scaled < 1)]


def rescale(values):
    return (values - values.min()) / (values.max() - values.min())


def mean_or_zero(heights):
    return heights.mean() if heights.size else 0.0


def right_map(values):
    if values.max() == values.min():
        return values * 0
    return rescale(values) * (1 - mean_or_zero(peak_heights(rescale(values)))) ** 2


def right_map_torch(values):
    import torch

    image = torch.as_tensor(values)
    if image.max() == image.min():
        return torch.zeros_like(image)
    scaled = (image - image.min()) / (image.max() - image.min())
    highest = torch.nn.functional.max_pool2d(scaled[None], 3, stride=1, padding=1)[0]
    heights = scaled[(scaled == highest) & (scaled > 0.05) & (scaled < 1)]
    return scaled * (1 - (heights.mean() if len(heights) else 0)) ** 2


def map_without_guard(values):
    return rescale(values) * (1 - mean_or_zero(peak_heights(rescale(values)))) ** 2


def map_with_empty_mean(values):
    if np.ptp(values) == 0:
        return np.zeros(values.shape)
    heights = peak_heights(rescale(values))
    return rescale(values) * (1 - (np.mean(heights) if len(heights) else np.nan)) ** 2


def map_with_max_in_mean(values):
    scaled = rescale(values)
    peaks = scaled[(scaled == maximum_filter(scaled, size=3)) & (scaled > 0.05)]
    return scaled * (1 - peaks.mean()) ** 2


def map_without_floor(values):
    if np.ptp(values) == 0:
        return values * 0
    scaled = rescale(values)
    peaks = scaled[(scaled == maximum_filter(scaled, size=3)) & (scaled > 0) & (scaled < 1)]
    return scaled * (1 - mean_or_zero(peaks)) ** 2


def map_with_sharp_peaks(values):
    if np.ptp(values) == 0:
        return values * 0
    scaled = rescale(values)
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    around = maximum_filter(scaled, footprint=ring, mode="constant", cval=-1.0)
    peaks = scaled[(scaled > around) & (scaled > 0.05) & (scaled < 1)]
    return scaled * (1 - mean_or_zero(peaks)) ** 2


def map_in_place(values):
    result = right_map(values)
    values -= values.min()
    return result


def map_from_zero(values):
    scaled = values / values.max() if values.max() else values * 0
    return scaled * (1 - mean_or_zero(peak_heights(scaled))) ** 2


def map_tweaked(factor):
    def tweaked(values):
        return rescale(values) * factor(mean_or_zero(peak_heights(rescale(values))))

    return tweaked


def screens(color=1.0, orientation=1.0, brightness=1.0, conjunction=0.1):
    return {
        "color": color,
        "orientation": orientation,
        "brightness": brightness,
        "conjunction": conjunction,
    }


@cache
def digits_and_information():
    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(pixels / 16, labels, test_size=0.3, random_state=0, stratify=labels)
    return *parts, mutual_info_classif(parts[0], parts[2], random_state=0)


def digit_accuracy(order, count, *, on_train=False):
    train, test, train_labels, test_labels, information = digits_and_information()
    columns = {
        "informação": np.argsort(-information),
        "menos informação": np.argsort(information),
        "brilho": np.argsort(-train.mean(axis=0)),
        "imagem": np.arange(64),
    }[order][:count]
    model = LogisticRegression(max_iter=1000).fit(train[:, columns], train_labels)
    measured = (train, train_labels) if on_train else (test, test_labels)
    return model.score(measured[0][:, columns], measured[1])


def accuracy_by_package():
    from coursekit.data import load_digits_split

    split = load_digits_split(seed=0)
    order = pixel_budget.rank_by_information(split.train_pixels, split.train_labels)
    return pixel_budget.accuracy_with_pixels(split, order[:12])


SHARE = allocation.optimal_allocation(0.8)
UNCUED = float(allocation.detection_accuracy((1 - SHARE) * 40))
CUED = float(allocation.detection_accuracy(SHARE * 40))


def spotlight(letter, measure=UNCUED):
    return {"alternativa": letter, "medida": measure}


def screen_choice(letter, **fractions):
    return {"alternativa": letter, "medida": screens(**fractions)}


def best_by_grid():
    shares = np.linspace(0, 1, 401)
    return shares[np.argmax(allocation.expected_accuracy(shares, 0.7))]


RIGHT = {
    "01-1": [
        Right("pacote", lambda: allocation.optimal_allocation(0.7)),
        Right("grade", best_by_grid),
        Right("texto com vírgula", lambda: "0,686"),
    ],
    "01-2": [
        Right("NumPy", lambda: right_map),
        Right("torch", lambda: right_map_torch),
        Right("pacote", lambda: lambda values: saliency.normalize_map(values, neighborhood=3)),
        Right("float32", lambda: lambda values: right_map(values.astype(np.float32))),
    ],
    "01-3": [
        Right("letra", lambda: screen_choice("d")),
        Right("texto da alternativa", lambda: screen_choice("Conjunção", conjunction=0)),
    ],
    "01-4": [
        Right("scikit-learn", lambda: digit_accuracy("informação", 12)),
        Right("pacote", accuracy_by_package),
    ],
    "01-5": [
        Right("letra", lambda: spotlight("b")),
        Right("com parêntese", lambda: spotlight("B)", round(UNCUED, 2))),
    ],
}

WRONG = {
    "01-1": [
        Wrong("proporcional", 0.7, "diagonal"),
        Wrong("o outro lado", 1 - allocation.optimal_allocation(0.7), "de que lado"),
        Wrong("a validade do capítulo", allocation.optimal_allocation(0.8), "a validade"),
        Wrong("em porcentagem", 68.6, "uma fração, entre 0 e 1"),
        Wrong("em olhadelas", 40 * 0.686, "não o número de olhadelas"),
        Wrong("tudo", 1.0, "retorno que diminui"),
        Wrong("metade", 0.5, "o que a pista informa"),
        Wrong("o acerto", float(allocation.expected_accuracy(0.686, 0.7)), "max e argmax"),
    ],
    "01-2": [
        Wrong("sem o fator", map_tweaked(lambda mean: 1.0), "segunda etapa"),
        Wrong("sem o quadrado", map_tweaked(lambda mean: 1 - mean), "o expoente"),
        Wrong("1 − m²", map_tweaked(lambda mean: 1 - mean**2), "a ordem das contas"),
        Wrong("com o maior na média", map_with_max_in_mean, "menos o maior"),
        Wrong("média de nenhum pico", map_with_empty_mean, "vetor vazio"),
        Wrong("divide por zero no mapa constante", map_without_guard, "amplitude"),
        Wrong("só divide pelo máximo", map_from_zero, "o mínimo do mapa"),
        Wrong("altera o mapa", map_in_place, "escrevem no lugar"),
        Wrong("não estica", lambda values: values * 1.0, "primeira etapa"),
        Wrong("sem o piso de 0,05", map_without_floor, "maiores que 0,05"),
        Wrong("só picos pontudos", map_with_sharp_peaks, "segunda etapa"),
    ],
    "01-3": [
        Wrong("cor", screen_choice("a"), "condição color"),
        Wrong("orientação", screen_choice("b"), "orientation"),
        Wrong("brilho", screen_choice("c"), "brightness"),
        Wrong("posto médio", screen_choice("d", color=1, conjunction=16.5), "não o posto"),
        Wrong(
            "posto contado do zero",
            screen_choice("d", color=0, orientation=0, brightness=0, conjunction=0),
            "o primeiro da fila é o 1",
        ),
        Wrong("mesma condição sempre", screen_choice("d", conjunction=1.0), "se a condição muda"),
        Wrong(
            "poucas telas em que salta",
            screen_choice("d", color=0.6, orientation=0.6, brightness=0.6),
            "a contagem",
        ),
    ],
    "01-4": [
        Wrong("no treino", digit_accuracy("informação", 12, on_train=True), "em que dados"),
        Wrong("pelo brilho", digit_accuracy("brilho", 12), "preferência do estímulo"),
        Wrong("fim da fila", digit_accuracy("menos informação", 12), "o sentido da ordem"),
        Wrong("primeiros da imagem", digit_accuracy("imagem", 12), "primeiros da imagem"),
        Wrong("oito", digit_accuracy("informação", 8), "12 pixels"),
        Wrong("todos", digit_accuracy("informação", 64), "a imagem inteira"),
        Wrong("porcentagem", 100 * digit_accuracy("informação", 12), "entre 0 e 1"),
    ],
    "01-5": [
        Wrong("some", spotlight("a"), "diante do chute"),
        Wrong("igual", spotlight("c"), "são iguais"),
        Wrong("decide", spotlight("d"), "o que Moray observou"),
        Wrong("o lado indicado", spotlight("b", CUED), "de que lado"),
        Wrong("ao meio", spotlight("b", float(allocation.detection_accuracy(20.0))), "a divisão"),
        Wrong("recurso zero", spotlight("a", 0.5), "não recebe zero"),
        Wrong("só a letra", "b", "a forma da resposta"),
        Wrong(
            "sem N", spotlight("b", float(allocation.detection_accuracy(0.2))), "multiplicada por N"
        ),
    ],
}
