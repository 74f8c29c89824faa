"""Modelos pequenos do curso: da alocação de um recurso limitado às redes com atenção.

Cada modelo mora no seu módulo e é importado dele (``from coursekit.models.saliency import
saliency_map``): assim, um capítulo que só precisa de NumPy não espera o PyTorch carregar.

Módulos:
    allocation: alocação ótima de um recurso limitado e tempos de resposta simulados.
    saliency: mapa de saliência de Itti, Koch e Niebur, em versão reduzida.
    pop_out: que item de uma tela salta primeiro.
    pixel_budget: reconhecer dígitos olhando só alguns pixels.
    ``pooling``, ``atnet``: agregações e a CNN com atenção.
    self_attention, digit_transformer: bloco de autoatenção, e um Transformer de imagens minúsculo.
    ``pooling_trial``, binding_trial, canvas_trial, digit_transformer_trial: uma rodada de cada
        experimento com elas.
    masked_transformer, sparse_trial: um Transformer sob um padrão de atenção, e as suas rodadas.
"""

__all__: list[str] = []
