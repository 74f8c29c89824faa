"""O mapa de blocos da faixa: o mesmo que se leria na máscara densa, sem montá-la."""

import pytest
import torch

from coursekit.attention.sparse import band_blocks

pytest.importorskip("torch.nn.attention.flex_attention")
CPU = torch.device("cpu")


def dense_mask(length, left, right):
    ahead = torch.arange(length) - torch.arange(length)[:, None]
    return (ahead >= -left) & (ahead <= right)


@pytest.mark.parametrize("limits", [[512, 512], [511, 130], [1, 0], [300, 128]])
@pytest.mark.parametrize(
    ("left", "right"), [(0, 0), (1, 0), (300, 126), (127, 127), (128, 128), (300, 0)]
)
@pytest.mark.parametrize("length", [512, 389, 128, 5])
def test_the_block_map_agrees_with_the_dense_mask(length, left, right, limits):
    limits = [min(limit, length) for limit in limits]
    partial, full = band_blocks.layout(length, left, right, torch.tensor(limits))
    assert not (partial & full).any()
    whole = -(-length // 128) * 128
    for example, limit in enumerate(limits):
        mask = dense_mask(whole, left, right)  # as consultas além do fim não decidem nada
        mask[:, limit:] = False
        tiles = mask.view(whole // 128, 128, whole // 128, 128).transpose(1, 2).flatten(2)
        assert torch.equal(tiles.all(-1), full[example, 0])
        assert torch.equal(tiles.any(-1), (partial | full)[example, 0])


def test_masks_are_kept_only_without_lengths_and_not_for_ever():
    band_blocks._stored.cache_clear()
    first = band_blocks.band_mask(300, 2, 3, None, CPU)
    assert band_blocks.band_mask(300, 2, 3, None, CPU) is first
    assert band_blocks.band_mask(300, 3, 2, None, CPU) is not first
    limits = torch.tensor([7])
    one, other = (band_blocks.band_mask(300, 2, 3, limits, CPU) for _ in range(2))
    assert one is not other
    for length in range(200, 240):
        band_blocks.band_mask(length, 1, 1, None, CPU)
    assert band_blocks._stored.cache_info().currsize == 8
