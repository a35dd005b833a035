"""What a form's answers are drawn for, and the random streams that keep its parts apart."""

import zlib
from dataclasses import dataclass

import numpy as np

from yiduiyi_analysis.codebook import Codebook, Instrument, Item


def stream(seed: int, *names) -> np.random.Generator:
    """Return the random stream of one named part; a change in one part leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, names)).encode())])


def columns(book: Codebook, item: Item) -> list[str]:
    """Return the names of an item's answers: one, or one an option where several may be ticked."""
    if item.kind != "multi":
        return [item.id]
    return [f"{item.id}.{option.value}" for option in book.scales[item.scale].options]


@dataclass(frozen=True)
class Setting:
    """What a form's answers are drawn for; `panel` names the persons who keep their traits between waves."""

    book: Codebook
    tool: Instrument
    wave: str
    part: str
    panel: str
    seed: int

    @property
    def asked(self) -> list[Item]:
        return [item for item in self.tool.items if self.wave in self.tool.waves_of(item)]

    def stream(self, *names) -> np.random.Generator:
        """Return the random stream of one named part of this form."""
        return stream(self.seed, self.part, self.wave, *names)
