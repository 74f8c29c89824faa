"""Uma visita a uma página: o que ela pediu, disse, mostrou, pesou e violou."""

import gzip
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from english import is_english

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
COMPRESSIBLE = ("text/", "javascript", "json", "svg", "xml")
AXE = {"resultTypes": ["violations"]}
PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")


@dataclass
class PageVisit:
    """O que se viu numa página, nos três modos."""

    docname: str
    external: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    english: list[str] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    axe: dict[str, list[str]] = field(default_factory=dict)
    overflow: dict[str, int] = field(default_factory=dict)
    raw_bytes: int = 0
    gzip_bytes: int = 0
    texts: int = 0

    @property
    def unlabelled(self) -> list[str]:
        """Imagens sem descrição de verdade, ou quebradas."""
        return [
            f"{i['kind']} {i['source']}: «{i['text']}»" for i in self.images if is_unlabelled(i)
        ]


def is_unlabelled(image: dict[str, Any]) -> bool:
    """Sem texto, com nome de arquivo no lugar do texto, ou que não carregou."""
    if image["broken"]:
        return True
    if image["hidden"]:
        return False
    text = (image["text"] or "").strip()
    return len(text) < 8 or "_images/" in text or text.lower().endswith((".png", ".svg", ".jpg"))


def compressed(body: bytes, kind: str) -> int:
    """Bytes que passariam pela rede com gzip nível 6."""
    if any(part in kind for part in COMPRESSIBLE):
        return len(gzip.compress(body, 6))
    return len(body)


class Visitor:
    """Visita páginas e guarda cada visita, para vários testes lerem a mesma."""

    def __init__(self, chromium: Any, address: str) -> None:
        self.chromium = chromium
        self.address = address
        self.visits: dict[str, PageVisit] = {}
        self.axe = Axe()

    def __call__(self, docname: str) -> PageVisit:
        if docname not in self.visits:
            self.visits[docname] = self.inspect(docname)
        return self.visits[docname]

    def inspect(self, docname: str) -> PageVisit:
        """Abre a página em claro, escuro e estreito, numa sessão sem cache."""
        visit = PageVisit(docname)
        context = self.chromium.new_context(
            locale="pt-BR", color_scheme="light", viewport={"width": 1280, "height": 900}
        )
        page = context.new_page()
        bodies: list[Any] = []
        page.on("response", lambda response: self.note_response(visit, response, bodies))
        page.on("request", lambda request: self.note_request(visit, request))
        page.on("console", lambda line: note_console(visit, line))
        page.on("pageerror", lambda error: visit.console.append(f"exceção: {error}"))
        suffix = "?q=atencao" if docname == "search" else ""
        page.goto(f"{self.address}/{docname}.html{suffix}", wait_until="load")
        page.evaluate(PROBE)
        page.evaluate("courseProbe.settle()")
        for response in bodies:
            self.weigh(visit, response)
        texts = page.evaluate("courseProbe.texts()")
        visit.texts = len(texts)
        visit.english = [text[:160] for text in texts if is_english(text)]
        visit.images = page.evaluate("courseProbe.images()")
        self.audit(visit, page, "claro")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        self.audit(visit, page, "escuro")
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.set_viewport_size({"width": 320, "height": 640})
        page.evaluate("dispatchEvent(new Event('resize'))")
        page.wait_for_timeout(50)
        self.audit(visit, page, "320 px")
        visit.overflow["320 px"] = page.evaluate("document.documentElement.scrollWidth") - 320
        context.close()
        return visit

    def audit(self, visit: PageVisit, page: Any, mode: str) -> None:
        """Roda o axe e guarda cada violação com o primeiro elemento."""
        result = self.axe.run(page, options=AXE).response
        visit.axe[mode] = [
            f"{rule['id']} ×{len(rule['nodes'])}: {rule['nodes'][0]['html'][:120]}"
            for rule in result["violations"]
        ]

    def note_request(self, visit: PageVisit, request: Any) -> None:
        """Anota pedido a outro endereço."""
        if not request.url.startswith((self.address, "data:", "blob:")):
            visit.external.append(request.url)

    def note_response(self, visit: PageVisit, response: Any, bodies: list[Any]) -> None:
        """Anota resposta que falhou e guarda as outras para pesar."""
        if response.status >= 400:
            visit.missing.append(f"{response.status} {response.url}")
        else:
            bodies.append(response)

    def weigh(self, visit: PageVisit, response: Any) -> None:
        """Soma o peso de uma resposta, como viria pela rede."""
        body = response.body()
        visit.raw_bytes += len(body)
        visit.gzip_bytes += compressed(body, response.headers.get("content-type", ""))


def note_console(visit: PageVisit, line: Any) -> None:
    """Guarda erros e avisos do console."""
    if line.type in {"error", "warning"}:
        visit.console.append(f"{line.type}: {line.text}")


def summary_row(visit: PageVisit) -> dict[str, Any]:
    """As contagens de uma página."""
    return {
        "pagina": visit.docname,
        "pedidos_externos": len(visit.external),
        "erros_de_console": len(visit.console) + len(visit.missing),
        "textos_em_ingles": len(visit.english),
        "textos_examinados": visit.texts,
        **{f"axe_{mode.replace(' ', '')}": len(found) for mode, found in visit.axe.items()},
        "rolagem_horizontal_320px": max(0, visit.overflow.get("320 px", 0)),
        "figuras": len([i for i in visit.images if not i["hidden"]]),
        "figuras_sem_descricao": len(visit.unlabelled),
        "KiB_bruto": round(visit.raw_bytes / 1024, 1),
        "KiB_gzip": round(visit.gzip_bytes / 1024, 1),
    }


def write_summary(visitor: Visitor, folder: Path) -> None:
    """Grava ``relatorio_site.json`` e ``.md`` com as contagens por página."""
    if not visitor.visits:
        return
    rows = [summary_row(visit) for visit in visitor.visits.values()]
    content = {"paginas": rows, "detalhes": [asdict(visit) for visit in visitor.visits.values()]}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / "relatorio_site.json").write_text(text, encoding="utf-8")
    names = list(rows[0])
    lines = [" | ".join(names), " | ".join("---" for _ in names)]
    lines += [" | ".join(str(row[name]) for name in names) for row in rows]
    (folder / "relatorio_site.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
