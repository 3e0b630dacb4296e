"""The checkouts that the user has."""

import re
from dataclasses import dataclass
from pathlib import Path


class Unusable(Exception):
    """Says which checkout is not what it should be."""


@dataclass(frozen=True, slots=True)
class Checkouts:
    oe_core: Path
    bitbake: Path
    meta_oe: Path
    meta_rauc: Path

    def layers(self) -> list[Path]:
        return [
            self.oe_core / "meta",
            self.meta_oe / "meta-oe",
            self.meta_oe / "meta-python",
            self.meta_rauc,
        ]

    @property
    def series(self) -> str:
        conf = (self.oe_core / "meta/conf/layer.conf").read_text()
        found = re.search(r'^LAYERSERIES_CORENAMES = "(\w+)"', conf, re.MULTILINE)
        if found is None:
            raise Unusable(f"{self.oe_core} does not say which release it is")
        return found[1]

    def versions(self, recipe: str) -> list[str]:
        """In openembedded-core and meta-openembedded."""
        found = [
            path for layer in self.layers() for path in layer.glob(f"recipes-*/*/{recipe}_*.bb")
        ]
        return [path.stem.partition("_")[2] for path in found]


def find(oe_core: Path, bitbake: Path, meta_oe: Path, meta_rauc: Path) -> Checkouts:
    checkouts = Checkouts(*(path.resolve() for path in (oe_core, bitbake, meta_oe, meta_rauc)))
    for layer in checkouts.layers():
        if not (layer / "conf/layer.conf").is_file():
            raise Unusable(f"{layer} is no layer: it has no conf/layer.conf")
    if not (checkouts.bitbake / "bin/bitbake").is_file():
        raise Unusable(f"{checkouts.bitbake} has no bin/bitbake")
    return checkouts
