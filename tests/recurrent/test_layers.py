"""RNN, LSTM e GRU: iguais a torch.nn em saída e gradiente, em comprimentos, direções e pilhas."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.testing import assert_close

from coursekit.recurrent import GRU, LSTM, RNN
from coursekit.reference import recurrent as oracle

PAIRS = {"rnn": (RNN, nn.RNN), "lstm": (LSTM, nn.LSTM), "gru": (GRU, nn.GRU)}
SIZES = [(3, 7, 5, 2), (2, 11, 3, 5), (1, 1, 2, 3)]


def random_input(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def pair(kind: str, *args: int, bidirectional: bool = False, seed: int = 0):
    torch.manual_seed(seed)
    mine, theirs = PAIRS[kind]
    layer = mine(*args, bidirectional=bidirectional).double()
    peer = theirs(*args, bidirectional=bidirectional, batch_first=True).double()
    layer.load_state_dict(peer.state_dict())
    return layer, peer


def flat(state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    return torch.cat(state) if isinstance(state, tuple) else state


def objective(outputs: Tensor, state: Tensor) -> Tensor:
    """Perda que distingue posições e unidades: pesos diferentes em cada saída e estado."""
    generator = torch.Generator().manual_seed(99)
    first = torch.randn(outputs.shape, generator=generator, dtype=outputs.dtype)
    second = torch.randn(state.shape, generator=generator, dtype=outputs.dtype)
    return (outputs * first).sum() + (state * second).sum()


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_outputs_and_gradients_agree_with_torch(kind, bidirectional, num_layers, seed):
    for batch, time, features, hidden in SIZES:
        layer, peer = pair(
            kind, features, hidden, num_layers, bidirectional=bidirectional, seed=seed
        )
        ours = random_input(seed, batch, time, features)
        theirs = ours.detach().clone().requires_grad_()
        outputs, state = layer(ours)
        expected, expected_state = peer(theirs)
        assert_close(outputs, expected, rtol=0, atol=1e-12)
        assert_close(flat(state), flat(expected_state), rtol=0, atol=1e-12)
        found = torch.autograd.grad(objective(outputs, flat(state)), [ours, *layer.parameters()])
        wanted = torch.autograd.grad(
            objective(expected, flat(expected_state)), [theirs, *peer.parameters()]
        )
        for left, right in zip(found, wanted, strict=True):
            assert_close(left, right, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_lengths_agree_with_packed_sequences(kind, bidirectional, num_layers):
    batch, time, features, hidden = 5, 7, 3, 2
    layer, peer = pair(kind, features, hidden, num_layers, bidirectional=bidirectional)
    lengths = torch.tensor([7, 1, 4, 6, 2])
    ours = random_input(3, batch, time, features)
    theirs = ours.detach().clone().requires_grad_()
    packed = pack_padded_sequence(theirs, lengths, batch_first=True, enforce_sorted=False)
    packed_outputs, expected_state = peer(packed)
    expected, _ = pad_packed_sequence(packed_outputs, batch_first=True, total_length=time)
    outputs, state = layer(ours, lengths=lengths)
    assert_close(outputs, expected, rtol=0, atol=1e-12)
    assert_close(flat(state), flat(expected_state), rtol=0, atol=1e-12)
    (found,) = torch.autograd.grad(objective(outputs, flat(state)), ours)
    (wanted,) = torch.autograd.grad(objective(expected, flat(expected_state)), theirs)
    assert_close(found, wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", PAIRS)
def test_initial_state_agrees_with_torch(kind):
    layer, peer = pair(kind, 3, 5, 2, bidirectional=True)
    inputs, start = random_input(1, 2, 7, 3), random_input(2, 4, 2, 5)
    given = (start, 0.5 * start) if kind == "lstm" else start
    outputs, state = layer(inputs, given)
    expected, expected_state = peer(inputs, given)
    assert_close(outputs, expected, rtol=0, atol=1e-12)
    assert_close(flat(state), flat(expected_state), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", PAIRS)
def test_state_dict_goes_both_ways(kind):
    layer, peer = pair(kind, 3, 5, 2, bidirectional=True)
    assert list(layer.state_dict()) == list(peer.state_dict())
    torch.manual_seed(8)
    fresh = PAIRS[kind][1](3, 5, 2, bidirectional=True, batch_first=True).double()
    fresh.load_state_dict(layer.state_dict())
    inputs = random_input(1, 2, 7, 3)
    assert_close(fresh(inputs)[0], layer(inputs)[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_layer_and_gradients_agree_with_the_hand_derived_oracle(kind, seed):
    layer, _ = pair(kind, 3, 5, seed=seed)
    inputs = random_input(seed, 2, 7, 3)
    start = random_input(seed + 9, 1, 2, 5)
    given = (start, torch.zeros_like(start)) if kind == "lstm" else start
    outputs, _ = layer(inputs, given)
    weights = {n.removesuffix("_l0"): p.detach().numpy() for n, p in layer.named_parameters()}
    run = {"rnn": oracle.run_rnn, "gru": oracle.run_gru, "lstm": oracle.run_lstm}[kind]
    expected = run(inputs.detach().numpy(), weights, start[0].detach().numpy())
    expected = expected[0] if kind == "lstm" else expected
    np.testing.assert_allclose(outputs.detach().numpy(), expected, rtol=0, atol=1e-12)
    upstream = random_input(seed + 5, *outputs.shape).detach()
    names = [name for name, _ in layer.named_parameters()]
    found = torch.autograd.grad((outputs * upstream).sum(), [inputs, start, *layer.parameters()])
    back = oracle.bptt(
        kind, inputs.detach().numpy(), weights, upstream.numpy(), initial=start[0].detach().numpy()
    )
    wanted = [back.inputs, back.initial[None]]
    wanted += [getattr(back, name.removesuffix("_l0")) for name in names]
    for left, right in zip(found, wanted, strict=True):
        np.testing.assert_allclose(left.numpy(), right, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("truncate", [1, 3, 7])
def test_truncated_oracle_equals_detaching_every_few_steps(kind, truncate):
    layer, _ = pair(kind, 3, 5)
    inputs = random_input(4, 2, 7, 3)
    upstream = random_input(5, 2, 7, 5).detach()
    state, pieces = None, []
    for piece in inputs.split(truncate, dim=1):
        outputs, state = layer(piece, state)
        state = tuple(s.detach() for s in state) if kind == "lstm" else state.detach()
        pieces.append(outputs)
    loss = (torch.cat(pieces, dim=1) * upstream).sum()
    found = torch.autograd.grad(loss, [layer.weight_hh_l0, inputs])
    weights = {n.removesuffix("_l0"): p.detach().numpy() for n, p in layer.named_parameters()}
    back = oracle.bptt(kind, inputs.detach().numpy(), weights, upstream.numpy(), truncate=truncate)
    np.testing.assert_allclose(found[0].numpy(), back.weight_hh, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found[1].numpy(), back.inputs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", PAIRS)
def test_reverse_is_the_second_half_of_bidirectional(kind):
    both, _ = pair(kind, 3, 5, bidirectional=True)
    backward = PAIRS[kind][0](3, 5, reverse=True).double()
    with torch.no_grad():
        for name, parameter in backward.named_parameters():
            parameter.copy_(both.get_parameter(f"{name}_reverse"))
    inputs = random_input(6, 2, 7, 3)
    lengths = [7, 4]
    outputs, state = backward(inputs, lengths=lengths)
    expected, expected_state = both(inputs, lengths=lengths)
    assert_close(outputs, expected[:, :, 5:])
    picked = flat(expected_state).reshape(-1, 2, 2, 5)[:, 1]
    assert_close(flat(state).reshape(-1, 2, 5), picked)


@pytest.mark.parametrize("kind", PAIRS)
def test_padding_content_never_matters_not_even_nan(kind):
    layer, _ = pair(kind, 3, 5, 2, bidirectional=True)
    clean = random_input(7, 2, 7, 3).detach()
    dirty = clean.clone()
    dirty[1, 4:] = torch.nan
    dirty.requires_grad_()
    outputs, state = layer(dirty, lengths=[7, 4])
    expected, expected_state = layer(clean, lengths=[7, 4])
    assert_close(outputs, expected)
    assert_close(flat(state), flat(expected_state))
    assert outputs[1, 4:].abs().max() == 0
    gradients = torch.autograd.grad(outputs.sum(), [dirty, *layer.parameters()])
    assert all(bool(gradient.isfinite().all()) for gradient in gradients)


@pytest.mark.parametrize("kind", PAIRS)
def test_an_empty_example_keeps_its_initial_state(kind):
    layer, _ = pair(kind, 3, 5)
    start = random_input(8, 1, 2, 5).detach()
    given = (start, 2 * start) if kind == "lstm" else start
    outputs, state = layer(random_input(7, 2, 4, 3), given, lengths=[4, 0])
    kept = torch.cat([start, 2 * start]) if kind == "lstm" else start
    assert_close(flat(state)[:, 1], kept[:, 1])
    assert outputs[1].abs().max() == 0


@pytest.mark.parametrize("kind", PAIRS)
def test_step_by_step_equals_the_whole_sequence(kind):
    layer, _ = pair(kind, 3, 5, 2)
    inputs = random_input(9, 2, 6, 3)
    whole, final = layer(inputs)
    state, pieces = None, []
    for step in inputs.split(1, dim=1):
        outputs, state = layer(step, state)
        pieces.append(outputs)
    assert_close(torch.cat(pieces, dim=1), whole)
    assert_close(flat(state), flat(final))


@pytest.mark.parametrize("kind", PAIRS)
def test_outputs_ignore_the_future(kind):
    layer, _ = pair(kind, 3, 5)
    inputs = random_input(10, 2, 6, 3).detach()
    changed = inputs.clone()
    changed[:, 4:] += 1
    before, after = layer(inputs)[0], layer(changed)[0]
    assert_close(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


@pytest.mark.parametrize("reset_after", [False, True])
def test_gradcheck_of_both_gru_variants(reset_after):
    torch.manual_seed(0)
    layer = GRU(2, 3, reset_after=reset_after, bidirectional=True).double()
    inputs = random_input(11, 2, 3, 2)
    assert torch.autograd.gradcheck(lambda x: layer(x, lengths=[3, 2])[0], inputs)


def test_gradcheck_of_the_lstm_with_peepholes():
    torch.manual_seed(0)
    layer = LSTM(2, 3, peepholes=True).double()
    inputs = random_input(12, 2, 3, 2)
    assert torch.autograd.gradcheck(lambda x: layer(x)[1][1], inputs)
    names = dict(layer.named_parameters())
    assert names["weight_ph_l0"].shape == (9,)


def test_peepholes_follow_the_equations_by_hand():
    # Sem entrada nem recorrência: i = σ(p_i·c), f = σ(p_f·c), g = tanh(1), o = σ(p_o·c').
    layer = LSTM(1, 1, peepholes=True).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.bias_ih_l0[2] = 1.0
        layer.weight_ph_l0.copy_(torch.tensor([1.0, -1.0, 2.0]))
    start = torch.full((1, 1, 1), 0.5, dtype=torch.float64)
    _, (hidden, cell) = layer(torch.zeros(1, 1, 1, dtype=torch.float64), (0 * start, start))
    half = start.squeeze()
    expected = torch.sigmoid(-half) * half + torch.sigmoid(half) * torch.tanh(torch.ones(()))
    assert_close(cell.squeeze(), expected.double())
    assert_close(hidden.squeeze(), torch.sigmoid(2 * expected) * torch.tanh(expected))


def test_zero_peepholes_are_a_plain_lstm():
    plain, _ = pair("lstm", 3, 5, 2, bidirectional=True)
    spying = LSTM(3, 5, 2, bidirectional=True, peepholes=True).double()
    spying.load_state_dict(plain.state_dict(), strict=False)
    with torch.no_grad():
        for name, parameter in spying.named_parameters():
            if "weight_ph" in name:
                parameter.zero_()
    inputs = random_input(13, 2, 7, 3)
    assert_close(spying(inputs)[0], plain(inputs)[0])


@pytest.mark.parametrize("value", [0.0, 1.0, 5.0])
def test_forget_bias_is_the_total_of_the_two_biases(value):
    layer = LSTM(3, 5, 2, bidirectional=True, forget_bias=value)
    for suffix in ("l0", "l0_reverse", "l1", "l1_reverse"):
        total = layer.get_parameter(f"bias_ih_{suffix}") + layer.get_parameter(f"bias_hh_{suffix}")
        assert_close(total[5:10], torch.full((5,), value))
        assert total[:5].abs().max() > 0
        assert total[10:].abs().max() > 0


def test_dropout_acts_between_layers_only_and_only_in_training():
    torch.manual_seed(0)
    single, double = GRU(3, 5, dropout=0.9), GRU(3, 5, 2, dropout=0.9)
    inputs = torch.randn(2, 7, 3)
    assert_close(single(inputs)[0], single(inputs)[0])
    assert not torch.allclose(double(inputs)[0], double(inputs)[0])
    double.eval()
    assert_close(double(inputs)[0], double(inputs)[0])


def test_relu_agrees_with_torch():
    torch.manual_seed(0)
    layer = RNN(3, 5, nonlinearity="relu").double()
    peer = nn.RNN(3, 5, nonlinearity="relu", batch_first=True).double()
    layer.load_state_dict(peer.state_dict())
    inputs = random_input(14, 2, 7, 3)
    assert_close(layer(inputs)[0], peer(inputs)[0])


@pytest.mark.parametrize("kind", PAIRS)
def test_without_bias_agrees_with_torch(kind):
    torch.manual_seed(0)
    mine, theirs = PAIRS[kind]
    layer, peer = mine(3, 5, bias=False), theirs(3, 5, bias=False, batch_first=True)
    layer.load_state_dict(peer.state_dict())
    inputs = torch.randn(2, 7, 3)
    assert_close(layer(inputs)[0], peer(inputs)[0])


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtype_is_kept_and_arguments_untouched(kind, dtype):
    layer = PAIRS[kind][0](3, 5).to(dtype)
    inputs = torch.randn(2, 7, 3).to(dtype)
    lengths = torch.tensor([7, 3])
    copies = inputs.clone(), lengths.clone()
    outputs, state = layer(inputs, lengths=lengths)
    assert outputs.dtype == flat(state).dtype == dtype
    assert torch.equal(inputs, copies[0])
    assert torch.equal(lengths, copies[1])


ERRORS = [
    (lambda: RNN(0, 5), r"input_size deve ser um inteiro positivo; recebi 0"),
    (lambda: RNN(3, 5, nonlinearity="sigmoid"), r"'tanh' ou 'relu'; recebi 'sigmoid'"),
    (lambda: GRU(3, 5, bidirectional=True, reverse=True), r"já inclui a direção inversa.*Escolha"),
    (lambda: GRU(3, 5, dropout=1.0), r"dropout deve estar em \[0, 1\); recebi 1.0"),
    (lambda: LSTM(3, 5, bias=False, forget_bias=1.0), r"forget_bias precisa de bias=True"),
    (lambda: GRU(3, 5)(torch.zeros(2, 7, 4)), r"\(B, T, 3\).*recebi \(2, 7, 4\).*transpose"),
    (lambda: GRU(3, 5)(torch.zeros(2, 0, 3)), r"T ≥ 1; recebi \(2, 0, 3\)"),
    (lambda: GRU(3, 5)(torch.zeros(2, 7, 3), torch.zeros(1, 3, 5)), r"forma \(1, 2, 5\).*recebi"),
    (lambda: GRU(3, 5)(torch.zeros(2, 7, 3), lengths=[8, 1]), r"entre 0 e T = 7; recebi de 1 a 8"),
    (lambda: GRU(3, 5)(torch.zeros(2, 7, 3), lengths=[8]), r"forma \(2,\).*recebi \(1,\)"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_errors_say_what_came_and_what_is_accepted(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_float_lengths_are_refused():
    with pytest.raises(TypeError, match=r"inteiros; recebi dtype torch\.float32.*mask\.sum"):
        GRU(3, 5)(torch.zeros(2, 7, 3), lengths=torch.tensor([7.0, 2.0]))


def test_a_lone_tensor_is_not_an_lstm_state():
    with pytest.raises(TypeError, match=r"par \(hidden, cell\); recebi Tensor"):
        LSTM(3, 5)(torch.zeros(2, 7, 3), torch.zeros(2, 2, 5))


def test_a_fixed_batch_is_memorised():
    torch.manual_seed(0)
    layer, readout = LSTM(1, 16), nn.Linear(16, 1)
    inputs, targets = torch.randn(8, 5, 1), torch.randn(8, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *readout.parameters()], lr=0.02)
    losses = []
    for _ in range(200):
        loss = (readout(layer(inputs)[0][:, -1]) - targets).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.05 * losses[0]


def test_the_grid_is_not_empty():
    assert len(list(itertools.product(PAIRS, SIZES))) == 9
