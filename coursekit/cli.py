"""Porta de entrada da linha de comando: ``coursekit doctor | notebooks | versao``."""

import sys
from collections.abc import Sequence

from coursekit import __version__
from coursekit.arguments import ArgumentParser


def main(argv: Sequence[str] | None = None) -> int:
    """Atende um comando.

    Args:
        argv: argumentos, sem o nome do programa; ``None`` lê os da linha de comando.

    Returns:
        Código de saída: 0 se deu certo, 1 se algo falta ou falhou.

    Raises:
        SystemExit: com código 2 se os argumentos estiverem errados, ou 0 após a ajuda.

    Example:
        >>> main(["versao"]) == 0
        0.1.0
        True
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Os argumentos de `notebooks` são lidos pela oficina, que conhece os seus.
    if arguments[:1] == ["notebooks"]:
        return _notebooks(arguments[1:])
    options = _parser().parse_args(arguments)
    if options.command == "doctor":
        return _doctor(as_json=options.json, with_gpu=not options.sem_gpu)
    print(__version__)
    return 0


def _parser() -> ArgumentParser:
    """Descreve os comandos."""
    parser = ArgumentParser(prog="coursekit", description="Ferramentas do curso.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="comando")
    doctor = commands.add_parser("doctor", help="diz o que está instalado e o que falta")
    doctor.add_argument("--json", action="store_true", help="escreve o resultado em JSON")
    doctor.add_argument(
        "--sem-gpu", action="store_true", help="não carrega o PyTorch para procurar GPU"
    )
    commands.add_parser("notebooks", help="gera e confere os cadernos", add_help=False)
    commands.add_parser("versao", help="mostra a versão do coursekit")
    return parser


def _doctor(*, as_json: bool, with_gpu: bool) -> int:
    """Examina o ambiente e mostra o laudo."""
    from coursekit.doctor import examine

    report = examine(with_gpu=with_gpu)
    print(report.to_json() if as_json else report.to_text())
    return 0 if report.passed else 1


def _notebooks(argv: list[str]) -> int:
    """Entrega o pedido à oficina dos cadernos."""
    from coursekit.authoring import cli_main

    return cli_main(argv)


if __name__ == "__main__":
    sys.exit(main())
