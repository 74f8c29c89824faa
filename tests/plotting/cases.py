"""Um exemplar de cada figura e da sua descrição, para as provas que valem para todas."""

import numpy as np

from coursekit import plotting

WEIGHTS = np.array([0.1, 0.2, 0.7])
WORDS = ["gato", "dormiu", "sofá"]
MATRIX = np.array([[0.1, 0.2, 0.7], [0.0, 0.0, 0.0]])
HISTORY = {"treino": [2.0, 1.0, 0.5, 0.75], "validação": [2.5, 1.5, 1.25, 1.75]}
PLACES = [1.0, 2.0, 4.0, 8.0]
SERIES = {"IM": [0.3, 0.5, 0.8, 0.9], "acaso": [0.2, 0.4, 0.3, 0.7]}
GROUPS = {"bilinear": [0.99, 1.0, 0.98], "aditiva": [0.25, 0.27]}
X, Y = np.array([0.0, 1.0, 3.0]), np.array([2.0, 4.0, 1.0])
MAP = np.arange(35.0).reshape(5, 7)
AXES = {"xlabel": "pixels", "ylabel": "acurácia"}

CASES = {
    "weight_bars": (
        lambda ax: plotting.weight_bars(WEIGHTS, WORDS, ax=ax, reference=1 / 3),
        lambda: plotting.describe_weight_bars(WEIGHTS, WORDS, reference=1 / 3),
    ),
    "attention_heatmap": (
        lambda ax: plotting.attention_heatmap(
            MATRIX, query_labels=["ela", "ele"], key_labels=WORDS, ax=ax
        ),
        lambda: plotting.describe_attention_heatmap(MATRIX, ["ela", "ele"], WORDS),
    ),
    "training_curves": (
        lambda ax: plotting.training_curves(HISTORY, ax=ax),
        lambda: plotting.describe_training_curves(HISTORY),
    ),
    "curve": (
        lambda ax: plotting.curve(PLACES, SERIES, threshold=0.75, log_x=True, ax=ax, **AXES),
        lambda: plotting.describe_curve(PLACES, SERIES, threshold=0.75, **AXES),
    ),
    "points_by_seed": (
        lambda ax: plotting.points_by_seed(GROUPS, ylabel="acurácia", threshold=0.95, ax=ax),
        lambda: plotting.describe_points_by_seed(GROUPS, ylabel="acurácia", threshold=0.95),
    ),
    "sequence_diagram": (
        lambda ax: plotting.sequence_diagram(WORDS, WEIGHTS, query=0, ax=ax),
        lambda: plotting.describe_sequence_diagram(WORDS, WEIGHTS, query=0),
    ),
    "kernel_scatter": (
        lambda ax: plotting.kernel_scatter(X, Y, WEIGHTS, query=2.5, curve=(X, Y), ax=ax),
        lambda: plotting.describe_kernel_scatter(X, Y, WEIGHTS, query=2.5),
    ),
    "image_map": (
        lambda ax: plotting.image_map(MAP, title="mapa", mark=(4, 6), ax=ax),
        lambda: plotting.describe_image_map(MAP, mark=(4, 6)),
    ),
}

DESCRIPTIONS = {
    "weight_bars": (
        "Barras com 3 pesos de atenção: gato 10%, dormiu 20% e sofá 70%. O maior é «sofá»; o "
        "menor, «gato». Linha tracejada em 33%: 1 de 3 barras passam dela."
    ),
    "attention_heatmap": (
        "Mapa de calor de pesos de atenção: 2 consultas por 3 chaves. «ela» olha mais para "
        "«sofá» (70%). 1 consulta sem nenhuma chave visível: linha toda zero."
    ),
    "training_curves": (
        "Curvas de perda em 4 épocas. treino: vai de 2 a 0,75; menor valor, 0,5, na época 3. "
        "validação: vai de 2,5 a 1,75; menor valor, 1,25, na época 3."
    ),
    "curve": (
        "Curva de acurácia em função de pixels, de 1 a 8. IM: sobe sempre, de 0,3 a 0,9. "
        "acaso: vai de 0,2 a 0,7; menor valor, 0,2, em 1; maior, 0,7, em 8. "
        "Linha tracejada em 0,75: IM: 2 de 4 pontos acima; acaso: 0 de 4 pontos acima."
    ),
    "points_by_seed": (
        "Pontos de acurácia por semente. bilinear: média 0,990, de 0,980 a 1,000 (3 sementes); "
        "aditiva: média 0,260, de 0,250 a 0,270 (2 sementes). Maior média: bilinear. "
        "Acima da linha tracejada em 0,950: bilinear, 3 de 3; aditiva, 0 de 2."
    ),
    "sequence_diagram": (
        "Diagrama da frase «gato dormiu sofá»: a palavra 1, «gato», olha para «sofá» (70%), "
        "«dormiu» (20%) e «gato» (10%)."
    ),
    # 0,1·2 + 0,2·4 + 0,7·1 = 1,7; 0,7 + 0,2 = 0,9: dois pontos.
    "kernel_scatter": (
        "Dispersão de 3 pontos com área proporcional ao peso. Em x = 2,50, a previsão é 1,70. "
        "O ponto que mais pesa está em x = 3,00, com 70%; 2 pontos somam 90% do peso."
    ),
    "image_map": (
        "Figura: mapa, 5 por 7. O maior valor, 34,00, está embaixo, à direita; a média é 17,00. "
        "Um anel marca o ponto embaixo, à direita."
    ),
}
