"""Escolha do aparelho em que o modelo vai rodar."""

import torch


def pick_device(preferred: str | None = None) -> torch.device:
    """Escolhe o aparelho: CUDA, senão MPS (Apple), senão CPU.

    Args:
        preferred: ``"cpu"``, ``"cuda"``, ``"cuda:1"`` ou ``"mps"``; ``None`` escolhe o
            mais rápido que estiver disponível.

    Returns:
        O aparelho, disponível nesta máquina.

    Raises:
        TypeError: se ``preferred`` não for texto.
        ValueError: se o nome não for de um aparelho conhecido.
        RuntimeError: se o aparelho pedido não existir nesta máquina.

    Example:
        >>> pick_device("cpu")
        device(type='cpu')
    """
    available = _available_devices()
    if preferred is None:
        return torch.device(available[0])
    device = _parse(preferred)
    if device.type not in {"cpu", "cuda", "mps"}:
        raise ValueError(
            f"aparelho {preferred!r} desconhecido. Use 'cpu', 'cuda', 'cuda:1' ou 'mps', "
            "ou não passe nada para escolher o melhor."
        )
    name = device.type if device.index is None else f"{device.type}:{device.index}"
    if name not in available:
        raise RuntimeError(
            f"o aparelho {preferred!r} não está disponível; esta máquina tem: "
            f"{', '.join(available)}. Chame pick_device() para escolher o melhor, "
            "ou rode `coursekit doctor` para saber o que falta."
        )
    return device


def _parse(preferred: str) -> torch.device:
    """Lê o nome do aparelho; traduz o erro do PyTorch."""
    if not isinstance(preferred, str):
        raise TypeError(
            f"preferred deve ser texto, como 'cpu' ou 'cuda'; recebi {type(preferred).__name__}."
        )
    try:
        return torch.device(preferred)
    except RuntimeError as error:
        raise ValueError(
            f"aparelho {preferred!r} desconhecido. Use 'cpu', 'cuda', 'cuda:1' ou 'mps', "
            "ou não passe nada para escolher o melhor."
        ) from error


def _available_devices() -> list[str]:
    """Lista os nomes aceitos nesta máquina, do mais rápido ao mais lento."""
    names: list[str] = []
    if torch.cuda.is_available():
        names.append("cuda")
        names.extend(f"cuda:{index}" for index in range(torch.cuda.device_count()))
    if torch.backends.mps.is_available():
        names.extend(["mps", "mps:0"])
    names.extend(["cpu", "cpu:0"])
    return names
