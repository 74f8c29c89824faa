"""Recuperação associativa: a consulta aponta mesmo para o par pedido."""

import numpy as np
import pytest

from coursekit.data.associative_recall import AssociativeRecall, random_rotation


def small_task(seed=0, dim=5, num_pairs=7, num_classes=3):
    generator = np.random.default_rng(seed)
    rotation = random_rotation(dim, generator=generator)
    return AssociativeRecall(rotation, num_pairs=num_pairs, num_classes=num_classes), generator


@pytest.mark.parametrize("dim", [1, 2, 5, 17])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rotation_keeps_lengths_and_angles(dim, seed):
    generator = np.random.default_rng(seed)
    rotation = random_rotation(dim, generator=generator)
    left, right = generator.standard_normal((2, dim))
    assert rotation.shape == (dim, dim)
    np.testing.assert_allclose(
        np.dot(left @ rotation, right @ rotation), np.dot(left, right), atol=1e-12
    )


def test_rotation_has_no_preferred_sign():
    # Sem a correção de sinal, a QR do LAPACK devolve quase sempre a mesma paridade.
    generator = np.random.default_rng(0)
    diagonal = np.array([random_rotation(3, generator=generator)[0, 0] for _ in range(2_000)])
    # Média de uma coordenada uniforme na esfera: 0; erro-padrão 1/sqrt(3 * 2000) = 0,013.
    assert abs(diagonal.mean()) < 0.05


def test_rotation_rejects_an_impossible_size():
    with pytest.raises(ValueError, match=r"dim.*ao menos 1; recebi dim=0.*tamanho das chaves"):
        random_rotation(0, generator=np.random.default_rng(0))


def test_batch_has_the_declared_shapes_and_types():
    task, generator = small_task()
    batch = task.sample(11, generator=generator)
    assert task.dim == 5
    assert batch.queries.shape == (11, 5)
    assert batch.keys.shape == (11, 7, 5)
    assert batch.labels.shape == (11, 7)
    assert batch.positions.shape == batch.targets.shape == (11,)
    assert batch.queries.dtype == batch.keys.dtype == np.float32
    assert batch.labels.dtype == batch.targets.dtype == batch.positions.dtype == np.int64


def test_undoing_the_rotation_finds_the_pair_and_its_label():
    task, generator = small_task(dim=13)
    batch = task.sample(101, generator=generator)
    for row in range(101):
        undone = task.rotation @ batch.queries[row]  # q = k M  =>  k = q Mᵀ = M q
        distances = ((batch.keys[row] - undone) ** 2).sum(axis=-1)
        assert distances.argmin() == batch.positions[row]
        assert distances.min() < 1e-8
        assert batch.targets[row] == batch.labels[row, distances.argmin()]


def test_every_position_and_class_is_drawn_about_equally():
    task, generator = small_task(dim=2)
    batch = task.sample(7_000, generator=generator)
    positions = np.bincount(batch.positions, minlength=7)
    classes = np.bincount(batch.targets, minlength=3)
    # Binomial(7000, 1/7): média 1000, desvio 29; Binomial(7000, 1/3): 2333, desvio 39.
    assert np.all(np.abs(positions - 1_000) < 150)
    assert np.all(np.abs(classes - 7_000 / 3) < 200)


def test_same_generator_state_same_batch():
    first_task, first_generator = small_task(seed=3)
    second_task, second_generator = small_task(seed=3)
    first = first_task.sample(3, generator=first_generator)
    second = second_task.sample(3, generator=second_generator)
    np.testing.assert_array_equal(first.keys, second.keys)
    np.testing.assert_array_equal(first.targets, second.targets)
    assert not np.array_equal(first.keys, first_task.sample(3, generator=first_generator).keys)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 2)])
def test_rejects_a_rotation_that_is_not_square(shape):
    with pytest.raises(ValueError, match=r"quadrada, de forma \(D, D\); recebi .*random_rotation"):
        AssociativeRecall(np.zeros(shape))


@pytest.mark.parametrize("counts", [(0, 3), (3, 1)])
def test_rejects_a_task_with_nothing_to_recall(counts):
    num_pairs, num_classes = counts
    with pytest.raises(ValueError, match=rf"num_pairs={num_pairs} e num_classes={num_classes}"):
        AssociativeRecall(np.eye(2), num_pairs=num_pairs, num_classes=num_classes)


def test_rejects_an_empty_batch():
    task, generator = small_task()
    with pytest.raises(ValueError, match=r"ao menos 1; recebi batch_size=0.*ao menos um exemplo"):
        task.sample(0, generator=generator)
