"""O laudo: achados, e como se mostram."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

Status = Literal["ok", "aviso", "falta"]

# Só letras do Latin-1: o terminal do Windows não escreve outras quando se redireciona.
_LABELS: dict[Status, str] = {"ok": "ok", "aviso": "AVISO", "falta": "FALTA"}


@dataclass(frozen=True)
class Finding:
    """Um achado do laudo.

    Args:
        group: assunto, como ``"Pacotes básicos"``.
        name: o que foi examinado.
        status: ``"ok"``, ``"aviso"`` (dá para seguir) ou ``"falta"`` (não dá).
        detail: o que se viu.
        remedy: como consertar; vazio se não há o que consertar.
    """

    group: str
    name: str
    status: Status
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """O laudo inteiro.

    Args:
        version: versão do coursekit.
        findings: os achados, na ordem em que se mostram.
    """

    version: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Verdadeiro se nada falta (avisos não contam)."""
        return all(finding.status != "falta" for finding in self.findings)

    def to_text(self) -> str:
        """Laudo para ler no terminal.

        Returns:
            Texto em português, uma linha por achado e uma por conserto.
        """
        lines = [f"coursekit {self.version}"]
        group = ""
        for finding in self.findings:
            if finding.group != group:
                group = finding.group
                lines += ["", group]
            lines.append(f"  {_LABELS[finding.status]:<6} {finding.name}: {finding.detail}")
            if finding.remedy:
                lines.append(f"         conserte com: {finding.remedy}")
        return "\n".join([*lines, "", self._summary()])

    def to_json(self) -> str:
        """Laudo para programas.

        Returns:
            JSON com ``version``, ``passed`` e ``findings``.
        """
        record = {
            "version": self.version,
            "passed": self.passed,
            "findings": [asdict(finding) for finding in self.findings],
        }
        return json.dumps(record, ensure_ascii=False, indent=2)

    def _summary(self) -> str:
        """Frase final."""
        missing = sum(finding.status == "falta" for finding in self.findings)
        warned = sum(finding.status == "aviso" for finding in self.findings)
        if not missing and not warned:
            return "Resultado: tudo pronto."
        notes = [] if not warned else [f"{warned} aviso" + "s" * (warned > 1)]
        if not missing:
            return f"Resultado: pronto para estudar, com {notes[0]}."
        needs = "falta 1 item" if missing == 1 else f"faltam {missing} itens"
        return f"Resultado: {', e há '.join([needs, *notes])}."
