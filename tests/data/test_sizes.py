"""Tamanhos abaixo do mínimo: quando se recusam, e o que a recusa diz."""

import re

import pytest

from coursekit.data.sizes import check_sizes


def test_the_least_is_accepted():
    assert check_sizes("Aumente.", batch_size=(1, 1), length=(2, 2)) is None


@pytest.mark.parametrize(
    ("sizes", "accepted", "received"),
    [
        ({"dim": (0, 1)}, "dim deve ser ao menos 1", "dim=0"),
        (
            {"batch_size": (5, 1), "length": (2, 3)},
            "batch_size deve ser ao menos 1 e length ao menos 3",
            "batch_size=5 e length=2",
        ),
        (
            {"delay": (-1, 1), "num_items": (7, 1), "num_symbols": (11, 2)},
            "delay deve ser ao menos 1, num_items ao menos 1 e num_symbols ao menos 2",
            "delay=-1, num_items=7 e num_symbols=11",
        ),
    ],
)
def test_below_the_least_the_message_names_every_size(sizes, accepted, received):
    message = re.escape(f"{accepted}; recebi {received}. Aumente.")
    with pytest.raises(ValueError, match=f"^{message}$"):
        check_sizes("Aumente.", **sizes)
