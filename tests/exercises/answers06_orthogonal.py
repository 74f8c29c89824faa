"""Respostas do exercício 06-5: matrizes ortogonais sorteadas, certas e com preferência."""

import numpy as np
import torch


def drawn(size, generator):
    return generator.normal(size=(size, size))


def orthogonal_qr(size, generator):
    Q, R = np.linalg.qr(drawn(size, generator))
    return Q * np.sign(np.diag(R))


def orthogonal_svd(size, generator):
    left, _, right = np.linalg.svd(drawn(size, generator))
    return left @ right


def orthogonal_torch(size, generator):
    Q, R = torch.linalg.qr(torch.from_numpy(drawn(size, generator)))
    return Q * R.diagonal().sign()


def orthogonal_gram_schmidt(size, generator):
    rows = []
    for row in drawn(size, generator):
        for _ in range(2):
            for done in rows:
                row = row - (row @ done) * done
        rows.append(row / np.linalg.norm(row))
    return np.array(rows).tolist()


def orthogonal_cholesky(size, generator):
    start = drawn(size, generator)
    return np.linalg.solve(np.linalg.cholesky(start @ start.T), start)


def plane_rotations(size, generator):
    Q = np.eye(size)
    for i in range(size):
        for j in range(i):
            angle, turn = generator.uniform(0, 2 * np.pi), np.eye(size)
            turn[i, i] = turn[j, j] = np.cos(angle)
            turn[j, i] = np.sin(angle)
            turn[i, j] = -turn[j, i]
            Q = Q @ turn
    return Q


def torch_default(size, generator):
    return torch.nn.init.orthogonal_(torch.empty(size, size))


def random_signs(size, generator):
    Q = np.linalg.qr(drawn(size, generator))[0]
    return Q * generator.choice([-1.0, 1.0], size=size)


def rotation_only(size, generator):
    Q = orthogonal_qr(size, generator)
    if np.linalg.det(Q) < 0:
        Q[:, 0] *= -1
    return Q


def uniform_entries(size, generator):
    Q, R = np.linalg.qr(generator.uniform(0, 1, size=(size, size)))
    return Q * np.sign(np.diag(R))


def one_sign(size, generator):
    Q = np.linalg.qr(drawn(size, generator))[0]
    return Q * generator.choice([-1.0, 1.0])


def near_identity(size, generator):
    Q, R = np.linalg.qr(np.eye(size) + 0.2 * drawn(size, generator))
    return Q * np.sign(np.diag(R)) * generator.choice([-1.0, 1.0], size)


def signed_permutation(size, generator):
    return np.eye(size)[generator.permutation(size)] * generator.choice([-1.0, 1.0], size)


def float32_rounded(size, generator):
    return orthogonal_qr(size, generator).astype(np.float32)
