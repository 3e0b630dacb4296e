"""The table that tools/bench prints, and its place in the README."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach."""

    value: float
    at_least: bool

    def is_met(self, figure: float) -> bool:
        return figure >= self.value if self.at_least else figure <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. ``ratios`` has one figure a round; the bar holds for their median."""

    name: str
    ours: str
    other: str
    ratio_is: str
    ratios: Sequence[float]
    bar: Bar | None

    def cells(self) -> tuple[str, ...]:
        middle = statistics.median(self.ratios)
        spread = f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"
        verdict = ""
        if self.bar is not None:
            verdict = f"{self.bar} {'✓' if self.bar.is_met(middle) else '✗'}"
        return (
            self.name,
            self.ours,
            self.other,
            f"{self.ratio_is} **{middle:.2f}** ({spread})",
            verdict,
        )


def markdown(rows: Sequence[Row]) -> str:
    heading = ("", "camerad", "against", "ratio: median (least to most)", "bar")
    lines = [heading, ("---",) * len(heading), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def write_readme(readme: Path, text: str) -> None:
    """Put ``text`` between the markers of the README."""
    before, begin, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{readme.name} lacks the markers {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n{text}{END}{after}")
