"""Uma linha de execução só: em tensores minúsculos, dividir o trabalho custa mais que fazê-lo."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="module")
def single_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
