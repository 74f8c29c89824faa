"""Árvores de estado (``state_dict``) separadas em tensores e JSON.

Um ``state_dict`` mistura dicionários, listas, números e tensores. Aqui ele vira duas
partes: um dicionário plano de tensores, que o safetensors guarda, e uma árvore que cabe em
JSON estrito. O que não tem representação em JSON leva uma etiqueta: ``{"$tuple": [...]}``,
``{"$tensor": "nome"}``. Tipo desconhecido é erro na escrita: nada se perde em silêncio.
"""

import math
from collections import Counter, OrderedDict
from typing import Any

import numpy as np
from torch import Tensor

from coursekit.training.errors import CheckpointError

Tree = Any
"""Dicionários, listas, tuplas, números, textos, ``None`` e tensores, aninhados."""

_DICT_TAGS: dict[str, type[dict[Any, Any]]] = {
    "$dict": dict,
    "$ordered": OrderedDict,
    "$counter": Counter,
}
_NON_FINITE = {"nan", "inf", "-inf"}


def encode_tree(tree: Tree, tensors: dict[str, Tensor], path: str) -> Any:
    """Separa uma árvore em JSON e tensores.

    Args:
        tree: a árvore; não muda.
        tensors: recebe uma cópia de cada tensor da árvore, na CPU e contígua.
        path: nome da raiz; os nomes dos tensores começam por ele.

    Returns:
        Árvore que cabe em JSON estrito (sem ``NaN``).

    Raises:
        TypeError: se houver um valor de tipo que não sabemos guardar sem perda.

    Example:
        >>> import torch
        >>> tensors = {}
        >>> encode_tree({"betas": (0.9, 0.99), "step": torch.tensor(3)}, tensors, "adam")
        {'betas': {'$tuple': [0.9, 0.99]}, 'step': {'$tensor': 'adam/step'}}
        >>> list(tensors)
        ['adam/step']
    """
    if isinstance(tree, Tensor):
        return {"$tensor": _store(tree, tensors, path)}
    if isinstance(tree, np.generic):
        return encode_tree(tree.item(), tensors, path)
    if tree is None or isinstance(tree, bool | str):
        return tree
    if type(tree) in {int, float}:
        return tree if math.isfinite(tree) else {"$float": str(tree)}
    if type(tree) is list:
        return _encode_items(tree, tensors, path)
    if type(tree) is tuple:
        return {"$tuple": _encode_items(tree, tensors, path)}
    if isinstance(tree, dict):
        return _encode_dict(tree, tensors, path)
    raise TypeError(
        f"não sei guardar {path}, de tipo {type(tree).__name__}, sem pickle. Use números, "
        "textos, listas, tuplas, dicionários ou tensores."
    )


def decode_tree(encoded: Any, tensors: dict[str, Tensor]) -> Tree:
    """Refaz a árvore separada por :func:`encode_tree`.

    Args:
        encoded: a parte em JSON.
        tensors: os tensores, pelo nome.

    Returns:
        Árvore igual à original, com os tensores na CPU.

    Raises:
        CheckpointError: se houver etiqueta desconhecida ou faltar um tensor.

    Example:
        >>> decode_tree({"betas": {"$tuple": [0.9, 0.99]}}, {})
        {'betas': (0.9, 0.99)}
    """
    if isinstance(encoded, list):
        return [decode_tree(item, tensors) for item in encoded]
    if not isinstance(encoded, dict):
        return encoded
    if len(encoded) == 1:
        tag, value = next(iter(encoded.items()))
        if tag.startswith("$"):
            return _decode_tagged(tag, value, tensors)
    return {key: decode_tree(value, tensors) for key, value in encoded.items()}


def _store(tensor: Tensor, tensors: dict[str, Tensor], path: str) -> str:
    """Guarda uma cópia sob um nome que ainda não exista, e devolve o nome."""
    name = path
    while name in tensors:  # {"a/b": x} e {"a": {"b": y}} dão o mesmo caminho
        name += "'"
    tensors[name] = tensor.detach().to("cpu", copy=True).contiguous()
    return name


def _encode_items(items: Any, tensors: dict[str, Tensor], path: str) -> list[Any]:
    """Codifica os itens de uma lista ou tupla."""
    return [encode_tree(item, tensors, f"{path}/{index}") for index, item in enumerate(items)]


def _encode_dict(tree: dict[Any, Any], tensors: dict[str, Tensor], path: str) -> Any:
    """Dicionário simples fica como está; os demais levam etiqueta e pares."""
    plain = all(isinstance(key, str) and not key.startswith("$") for key in tree)
    if type(tree) is dict and plain:
        return {key: encode_tree(value, tensors, f"{path}/{key}") for key, value in tree.items()}
    tags = {kind: tag for tag, kind in _DICT_TAGS.items()}
    # defaultdict e parentes: a fábrica não se guarda, o conteúdo sim.
    tag = tags.get(type(tree), "$dict")
    pairs = [
        [_check_key(key, path), encode_tree(value, tensors, f"{path}/{key}")]
        for key, value in tree.items()
    ]
    return {tag: pairs}


def _check_key(key: Any, path: str) -> str | int:
    """Só texto e inteiro servem de chave."""
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise TypeError(
            f"não sei guardar {path}: a chave {key!r} é de tipo {type(key).__name__}. "
            "Use chaves de texto ou inteiras."
        )
    return key


def _decode_tagged(tag: str, value: Any, tensors: dict[str, Tensor]) -> Tree:
    """Refaz um nó etiquetado."""
    if tag == "$tensor" and value in tensors:
        return tensors[value]
    if tag == "$float" and value in _NON_FINITE:
        return float(value)
    if tag == "$tuple" and isinstance(value, list):
        return tuple(decode_tree(item, tensors) for item in value)
    if tag in _DICT_TAGS and isinstance(value, list):
        return _DICT_TAGS[tag]({key: decode_tree(item, tensors) for key, item in value})
    raise CheckpointError(
        f"o ponto de retomada tem um trecho que não entendo: {tag} = {str(value)[:80]!r}. "
        "O arquivo foi alterado, ou é de outra versão."
    )
