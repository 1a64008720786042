"""What a figure of the lessons shows: its bars, lines, error bars, and the sentence's numbers."""

import re


def numbers(text: str) -> list[float]:
    found = re.findall(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text)
    return [float(number.replace(",", "")) for number in found]


def bars(figure) -> dict[str, list[float]]:
    """Heights of the bars, by what the legend says."""
    return {group.get_label(): [bar.get_height() for bar in group]
            for group in figure.axes[-1].containers}


def lines(ax) -> dict[str, list[list[float]]]:
    """The points of every named line."""
    return {line.get_label(): line.get_xydata().tolist() for line in ax.lines}


def mean_and_error_bar(container) -> tuple[list[list[float]], list[float]]:
    """What an error bar shows: its points, and half the length of each vertical line."""
    line, _, (vertical,) = container.lines
    halves = [(top - bottom) / 2 for (_, bottom), (_, top) in vertical.get_segments()]
    return line.get_xydata().tolist(), halves
