"""Where each part of a gate track is drawn: pure geometry in the units of the SVG's view box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pocgate.web.queries.track import GateNode, GateTrack, StageNode

STAGES = 4
GAPS = 2 * STAGES - 1
NUMBER_WIDTH = 14


@dataclass(frozen=True)
class Scale:
    """Sizes of one drawing; `stretch` is the width of the way from the present stage to its gate."""

    width: int
    height: int
    middle: int
    margin: int
    stretch: int
    node: int
    ring: int
    diamond: int


SMALL = Scale(width=232, height=24, middle=12, margin=11, stretch=66, node=5, ring=9, diamond=6)
LARGE = Scale(width=960, height=118, middle=48, margin=64, stretch=280, node=17, ring=23, diamond=17)


@dataclass(frozen=True)
class Gauge:
    """The way from the present stage to its gate: filled by readiness, marked at the bar."""

    start: float
    end: float
    fill_end: float
    bar_x: float
    note_x: float

    @property
    def length(self) -> float:
        """Of the whole way."""
        return round(self.end - self.start, 1)

    @property
    def filled(self) -> float:
        """The part that readiness covers."""
        return round(self.fill_end - self.start, 1)


@dataclass(frozen=True)
class DrawnStage:
    """A stage's node at `x`."""

    x: float
    node: StageNode


@dataclass(frozen=True)
class DrawnGate:
    """A gate's diamond at `x`, as the points of a polygon."""

    x: float
    points: str
    gate: GateNode


@dataclass(frozen=True)
class Link:
    """A way between neighbours; `state`: done or ahead."""

    start: float
    end: float
    state: str


@dataclass(frozen=True)
class Drawing:
    """A track with every position worked out."""

    track: GateTrack
    scale: Scale
    stages: tuple[DrawnStage, ...]
    gates: tuple[DrawnGate, ...]
    links: tuple[Link, ...]
    gauge: Gauge | None


def drawn(track: GateTrack, scale: Scale) -> Drawing:
    """The drawing of a track at a scale."""
    current = next((node.stage for node in track.nodes if node.state == "current"), None)
    xs = list(_positions(scale, current))
    return Drawing(
        track=track,
        scale=scale,
        stages=tuple(DrawnStage(xs[2 * node.stage], node) for node in track.nodes),
        gates=tuple(DrawnGate(x, _diamond(x, scale), gate) for x, gate in zip(xs[1::2], track.gates, strict=True)),
        links=tuple(_links(xs, track, current, scale)),
        gauge=None if current is None else _gauge(xs[2 * current], xs[2 * current + 1], track, scale),
    )


def _positions(scale: Scale, current: int | None) -> Iterator[float]:
    room = scale.width - 2 * scale.margin
    gap = room / GAPS if current is None else (room - scale.stretch) / (GAPS - 1)
    x = float(scale.margin)
    yield x
    for index in range(GAPS):
        x += scale.stretch if current is not None and index == 2 * current else gap
        yield round(x, 1)


def _links(xs: list[float], track: GateTrack, current: int | None, scale: Scale) -> Iterator[Link]:
    for index, (start, end) in enumerate(pairwise(xs)):
        if current is not None and index == 2 * current:
            continue
        from_stage = index % 2 == 0
        left, right = (scale.node, scale.diamond) if from_stage else (scale.diamond, scale.node)
        if not from_stage and current is not None and index + 1 == 2 * current:
            right = scale.ring
        done = track.stage is not None and index < 2 * track.stage
        yield Link(start + left, end - right, "done" if done else "ahead")


def _gauge(start: float, end: float, track: GateTrack, scale: Scale) -> Gauge:
    left = start + scale.ring + scale.node / 2
    right = end - scale.diamond - scale.node / 2
    length = right - left
    return Gauge(
        start=left,
        end=right,
        fill_end=round(left + length * (track.readiness or 0) / 100, 1),
        bar_x=round(left + length * track.bar / 100, 1),
        note_x=left + NUMBER_WIDTH * len(str(track.readiness or 0)) + 5,
    )


def _diamond(x: float, scale: Scale) -> str:
    y, half = scale.middle, scale.diamond
    return f"{x},{y - half} {x + half},{y} {x},{y + half} {x - half},{y}"
