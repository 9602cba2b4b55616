"""What a centre needs to know to start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.folders import CONFIG


@dataclass(frozen=True)
class CentreSettings:
    """What the operator chose.

    `data` is the folder of the centre's key and of the default database; `demo` opens the /demo pages of a sample
    city; `replace_key` says that the database's former key is lost for good.
    """

    data: Path
    port: int = 8720
    database: str = ""
    public_url: str = ""
    demo: bool = False
    replace_key: bool = False
    people: Path = CONFIG / "samples" / "people.toml"
    quotas: Path = CONFIG / "samples" / "quotas.toml"
    templates: Path = CONFIG / "templates"
    services: Path = CONFIG / "services"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL; by default an SQLite file in `data`."""
        return self.database or f"sqlite:///{self.data.resolve() / 'centre.sqlite3'}"

    @property
    def catalogue(self) -> Path:
        """The folder of the published catalogue."""
        return self.data / "catalogue"

    @property
    def base_url(self) -> str:
        """The address that QR codes name."""
        return self.public_url or f"http://127.0.0.1:{self.port}"
