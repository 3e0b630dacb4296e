"""What a run has found, as tables: printed, kept as artefacts, and put into the README if asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

BEGIN, END = "<!-- hil:begin -->", "<!-- hil:end -->"


@dataclass
class Table:
    title: str
    heading: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def markdown(self) -> str:
        lines = [self.heading, ["---"] * len(self.heading), *self.rows]
        text = "".join(f"| {' | '.join(map(cell, line))} |\n" for line in lines)
        return f"{self.title}\n\n{text}"


def cell(text: str) -> str:
    """In one line, and without what ends a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def write_readme(readme: Path, tables: Sequence[Table]) -> None:
    """Put the tables between the markers of the README."""
    text = readme.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{readme.name} has no {BEGIN} and {END} to write between")
    found = "\n".join(table.markdown() for table in tables)
    readme.write_text(f"{before}{BEGIN}\n{found}{END}{after}")
