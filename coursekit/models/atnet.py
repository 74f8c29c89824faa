"""CNN com agregação por atenção, a «AtNet» dos textos populares, para sequências e imagens.

«AtNet» não é uma arquitetura estabelecida: nenhum artigo a define. O que os textos descrevem
com esse nome é uma rede convolucional cuja agregação pesa as posições. A linhagem real é a da
atenção sem recorrência (Raffel e Ellis, 2015), da agregação por atenção (Ilse et al., 2018) e
dos blocos de atenção em redes convolucionais (Hu et al., 2018; Woo et al., 2018).
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.attention.checks import check_layer_input
from coursekit.models.pooling import AttentionPooling

__all__ = ["AtNet1d", "AtNet2d", "ConvolutionalFeatures", "ImageFeatures", "PooledClassifier"]


class PooledClassifier(nn.Module):
    """Liga três peças: codificador, agregação e duas camadas densas.

    Args:
        encoder: leva as entradas a características ``(B, T, C)``.
        pooling: leva ``(B, T, C)`` a ``(B, C)``.
        num_features: largura ``C``, inteiro positivo.
        hidden_size: largura da camada densa oculta, com ReLU, inteiro positivo.
        num_outputs: saídas, inteiro positivo.

    Raises:
        TypeError: se ``pooling`` não for uma camada.
        ValueError: se algum tamanho for menor que 1.
    """

    def __init__(
        self,
        encoder: nn.Module,
        pooling: nn.Module,
        *,
        num_features: int,
        hidden_size: int = 10,
        num_outputs: int = 1,
    ) -> None:
        super().__init__()
        _check_sizes(num_features=num_features, hidden_size=hidden_size, num_outputs=num_outputs)
        if not isinstance(pooling, nn.Module):
            raise TypeError(
                f"pooling deve ser uma camada, já criada; recebi {type(pooling).__name__}. "
                "Use, por exemplo, pooling=MaxPooling(), ou make_pooling pelo nome."
            )
        self.encoder = encoder
        self.pooling = pooling
        self.hidden = nn.Linear(num_features, hidden_size)
        self.output = nn.Linear(hidden_size, num_outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Calcula os escores de saída, antes da sigmoide ou do softmax.

        Args:
            inputs: o que o codificador aceitar.

        Returns:
            Escores de forma ``(B, num_outputs)``.

        Raises:
            ValueError: se a agregação não devolver ``(B, C)``.
        """
        pooled = self.pooling(self.encoder(inputs))  # (B, C)
        if pooled.ndim != 2 or pooled.shape[-1] != self.hidden.in_features:
            raise ValueError(
                f"a agregação deve devolver a forma (B, {self.hidden.in_features}); recebi de "
                f"{type(self.pooling).__name__} a forma {tuple(pooled.shape)}. Confira o eixo "
                "que ela reduz (o das posições, 1) e num_features."
            )
        scores: Tensor = self.output(F.relu(self.hidden(pooled)))
        return scores

    def attention_weights(self, inputs: Tensor) -> Tensor:
        """Mostra o peso que a agregação dá a cada posição.

        Args:
            inputs: o que o codificador aceitar.

        Returns:
            Pesos de forma ``(B, T)``; cada linha soma 1.

        Raises:
            TypeError: se a agregação não pesar posições (soma, média e máximo).
        """
        weights = getattr(self.pooling, "weights", None)
        if weights is None:
            raise TypeError(
                f"a agregação {type(self.pooling).__name__} não tem pesos por posição. "
                "Use AttentionPooling ou WeightedMaxPooling."
            )
        result: Tensor = weights(self.encoder(inputs))
        return result


class ConvolutionalFeatures(nn.Module):
    """Extrai características locais de uma sequência: convolução e ReLU.

    Args:
        input_size: largura ``D`` da entrada, inteiro positivo.
        num_filters: filtros ``C``, inteiro positivo.
        kernel_size: largura do filtro em posições, inteiro positivo.
        padding: ``"valid"`` (a saída perde ``kernel_size - 1`` posições) ou ``"same"``.

    Raises:
        ValueError: se algum tamanho for menor que 1, ``padding`` não existir, ou ``"same"`` vier
            com filtro par.

    Example:
        >>> import torch
        >>> ConvolutionalFeatures(128, 64, 5)(torch.zeros(1, 500, 128)).shape
        torch.Size([1, 496, 64])
    """

    def __init__(
        self, input_size: int, num_filters: int, kernel_size: int, *, padding: str = "valid"
    ) -> None:
        super().__init__()
        _check_sizes(input_size=input_size, num_filters=num_filters, kernel_size=kernel_size)
        if padding not in ("valid", "same"):
            raise ValueError(
                f"padding deve ser 'valid' ou 'same'; recebi {padding!r}. "
                "Use 'same' para não perder posições nas pontas."
            )
        if padding == "same" and kernel_size % 2 == 0:
            raise ValueError(
                f"com padding='same', kernel_size deve ser ímpar; recebi {kernel_size}. "
                "Um filtro par não tem centro: use kernel_size ímpar ou padding='valid'."
            )
        self.convolution = nn.Conv1d(input_size, num_filters, kernel_size, padding=padding)

    def forward(self, inputs: Tensor) -> Tensor:
        """Aplica a convolução ao longo do tempo.

        Args:
            inputs: sequência, forma ``(B, T, D)``.

        Returns:
            Características não negativas, forma ``(B, T', C)``; ``T' = T - kernel_size + 1`` com
            ``"valid"`` e ``T' = T`` com ``"same"``.

        Raises:
            TypeError: se não for tensor flutuante, do tipo dos pesos.
            ValueError: se a forma não servir, ou a sequência for mais curta que o filtro.
        """
        check_layer_input(self.convolution.weight, inputs=inputs)
        width, kernel = self.convolution.in_channels, self.convolution.kernel_size[0]
        shortest = kernel if self.convolution.padding == "valid" else 1
        if inputs.ndim != 3 or inputs.shape[-1] != width or inputs.shape[1] < shortest:
            raise ValueError(
                f"inputs deve ter a forma (B, T, {width}), com T >= {shortest}; recebi "
                f"{tuple(inputs.shape)}. Confira a ordem dos eixos (o tempo vem antes da largura)."
            )
        return F.relu(self.convolution(inputs.transpose(1, 2))).transpose(1, 2)


class ImageFeatures(nn.Module):
    """Extrai características de uma imagem: quatro convoluções 3×3 e um máximo 2×2 no meio.

    Args:
        in_channels: canais da imagem, inteiro positivo.
        num_filters: filtros das duas primeiras convoluções; as outras duas têm o dobro.

    Raises:
        ValueError: se algum tamanho for menor que 1.

    Example:
        >>> import torch
        >>> ImageFeatures(1, 4)(torch.zeros(2, 1, 24, 24)).shape
        torch.Size([2, 144, 8])
    """

    def __init__(self, in_channels: int, num_filters: int) -> None:
        super().__init__()
        _check_sizes(in_channels=in_channels, num_filters=num_filters)
        self.num_features = 2 * num_filters
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, num_filters, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(num_filters, num_filters, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(num_filters, self.num_features, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(self.num_features, self.num_features, 3, padding=1),
            nn.ReLU(),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Aplica as convoluções e põe as posições em fila, linha por linha.

        Args:
            images: forma ``(B, canais, Hi, Wi)``, com lados ao menos 2.

        Returns:
            Características não negativas, forma ``(B, (Hi//2)·(Wi//2), 2·num_filters)``.

        Raises:
            TypeError: se não for tensor flutuante, do tipo dos pesos.
            ValueError: se a forma não for essa.
        """
        check_layer_input(next(self.layers.parameters()), images=images)
        channels = self.layers[0].in_channels
        if images.ndim != 4 or images.shape[1] != channels or min(images.shape[2:]) < 2:
            raise ValueError(
                f"images deve ter a forma (B, {channels}, Hi, Wi), com lados ao menos 2; recebi "
                f"{tuple(images.shape)}. Imagens sem canal ganham um com images[:, None]."
            )
        return self.layers(images).flatten(2).transpose(1, 2)  # type: ignore[no-any-return]


class AtNet1d(PooledClassifier):
    """CNN com atenção para sequências: convolução → ReLU → agregação → densa → saída.

    Os tamanhos padrão são os do texto popular: sobre ``(500, 128)``, 496 posições e, com uma
    agregação que pontua posições, 41.750 parâmetros (41.024 da convolução, 65 da pontuação, 650
    e 11 das densas).

    Args:
        input_size: largura ``D`` da entrada, inteiro positivo.
        num_filters: filtros ``C``, inteiro positivo.
        kernel_size: largura do filtro, inteiro positivo.
        pooling: agregação ``(B, T, C) → (B, C)``; ``None`` é ``AttentionPooling(num_filters)``.
        padding: ``"valid"`` ou ``"same"``.
        num_outputs: saídas, inteiro positivo.

    Raises:
        ValueError: se algum tamanho for menor que 1, ou ``padding`` não existir.

    Fonte:
        Não há artigo que defina uma «AtNet»; agregação por atenção, Ilse, Tomczak e Welling
        (2018). Convolução sobre palavras: Kim (2014).

    Example:
        >>> import torch
        >>> network = AtNet1d()
        >>> network(torch.zeros(2, 500, 128)).shape
        torch.Size([2, 1])
        >>> sum(parameter.numel() for parameter in network.parameters())
        41750
    """

    def __init__(
        self,
        input_size: int = 128,
        num_filters: int = 64,
        kernel_size: int = 5,
        *,
        pooling: nn.Module | None = None,
        padding: str = "valid",
        num_outputs: int = 1,
    ) -> None:
        encoder = ConvolutionalFeatures(input_size, num_filters, kernel_size, padding=padding)
        super().__init__(
            encoder,
            AttentionPooling(num_filters) if pooling is None else pooling,
            num_features=num_filters,
            num_outputs=num_outputs,
        )


class AtNet2d(PooledClassifier):
    """CNN com atenção para imagens: quatro convoluções → agregação das posições → densa → saída.

    Args:
        in_channels: canais da imagem, inteiro positivo.
        num_filters: filtros das duas primeiras convoluções; as características têm o dobro.
        pooling: agregação ``(B, T, C) → (B, C)``, com ``C = 2·num_filters``; ``None`` é
            ``AttentionPooling(2 * num_filters)``.
        num_outputs: saídas (classes), inteiro positivo.

    Raises:
        ValueError: se algum tamanho for menor que 1.

    Fonte:
        Agregação por atenção, Ilse, Tomczak e Welling (2018); não há artigo que defina uma
        «AtNet».

    Example:
        >>> import torch
        >>> AtNet2d(num_filters=4)(torch.zeros(2, 1, 24, 24)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_filters: int = 16,
        *,
        pooling: nn.Module | None = None,
        num_outputs: int = 10,
    ) -> None:
        encoder = ImageFeatures(in_channels, num_filters)
        width = encoder.num_features
        super().__init__(
            encoder,
            AttentionPooling(width) if pooling is None else pooling,
            num_features=width,
            hidden_size=width,
            num_outputs=num_outputs,
        )


def _check_sizes(**sizes: int) -> None:
    """Recusa tamanhos que não sejam inteiros positivos."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(
                f"{name} deve ser um inteiro positivo; recebi {size!r}. Use, por exemplo, {name}=8."
            )
