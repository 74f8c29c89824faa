"""O endereço do repositório, lido do único lugar onde é escrito, e o que deriva dele."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml

LOCAL_LAB = "http://localhost:8888/lab/tree"
PLACEHOLDER_OWNER = "exemplo"


@dataclass(frozen=True)
class Repository:
    """Endereço público do projeto e os links que saem dele.

    Attributes:
        url: endereço do repositório no GitHub, sem barra no fim.
        branch: ramo que o Colab e o Binder abrem.
    """

    url: str
    branch: str

    @property
    def slug(self) -> str:
        """``dono/nome``."""
        return urlsplit(self.url).path.strip("/")

    @property
    def owner(self) -> str:
        """Quem publica o repositório."""
        return self.slug.split("/")[0]

    @property
    def is_published(self) -> bool:
        """Falso enquanto o endereço for o de exemplo: o site não inventa onde mora."""
        return self.owner != PLACEHOLDER_OWNER

    @property
    def site_url(self) -> str:
        """Endereço do site no GitHub Pages, com barra no fim; vazio se não publicado."""
        if not self.is_published:
            return ""
        name = self.slug.split("/")[1]
        if name.lower() == f"{self.owner.lower()}.github.io":
            return f"https://{name.lower()}/"
        return f"https://{self.owner.lower()}.github.io/{name}/"

    def colab(self, notebook: str) -> str:
        """Endereço que abre o caderno no Google Colab."""
        host = "https://colab.research.google.com"
        return f"{host}/github/{self.slug}/blob/{self.branch}/{quote(notebook)}"

    def binder(self, notebook: str) -> str:
        """Endereço que abre o caderno num JupyterLab do Binder."""
        target = quote(f"lab/tree/{notebook}", safe="")
        return f"https://mybinder.org/v2/gh/{self.slug}/{self.branch}?urlpath={target}"

    def local_lab(self, notebook: str) -> str:
        """Endereço no JupyterLab que ``make lab`` abre (pasta raiz: ``notebooks``)."""
        return f"{LOCAL_LAB}/{quote(notebook.removeprefix('notebooks/'))}"

    def file(self, path: str) -> str:
        """Página de um arquivo do repositório."""
        return f"{self.url}/blob/{self.branch}/{quote(path)}"


@lru_cache(maxsize=4)
def load_repository(root: Path) -> Repository:
    """Lê ``repository`` de ``_config.yml``.

    Args:
        root: pasta que contém ``_config.yml``.

    Returns:
        O endereço e o ramo.

    Raises:
        ValueError: se o endereço não for de um repositório do GitHub.
    """
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    url = str(config["repository"]["url"]).rstrip("/")
    parts = urlsplit(url)
    if parts.netloc != "github.com" or len(parts.path.strip("/").split("/")) != 2:
        raise ValueError(
            f"repository.url é «{url}», mas Colab e Binder precisam de um repositório do GitHub. "
            "Escreva em _config.yml algo como https://github.com/dono/nome."
        )
    return Repository(url=url, branch=str(config["repository"].get("branch", "main")))
