"""Executa a autoria: ``python -m coursekit.authoring``."""

import sys

from coursekit.authoring.cli import cli_main

sys.exit(cli_main())
