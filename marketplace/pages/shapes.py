"""The patterns of `covers.py` as SVG on a cover of 600 by 900, as style.css draws them on pages.

An accent is the current colour; a thread is the accent, thinned.
"""

from math import cos, radians, sin

from markupsafe import Markup

WIDTH, HEIGHT = 600, 900


def _path(shape: str) -> str:
    return f'<path d="{shape}"/>'


def _thread(shape: str) -> str:
    return f'<path d="{shape}" fill-opacity=".45"/>'


def _line(shape: str, width: float) -> str:
    return f'<path d="{shape}" fill="none" stroke="currentColor" stroke-width="{width}"/>'


def _disc(x: int, y: int, radius: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}"/>'


def _rings(x: int, y: int, radii: range, width: int, opacity: float = 1) -> str:
    rings = "".join(_disc(x, y, radius) for radius in radii)
    return f'<g fill="none" stroke="currentColor" stroke-width="{width}" stroke-opacity="{opacity}">{rings}</g>'


def _paper(content: str, width: int, height: int, degrees: int = 0, name: str = "a") -> str:
    """Draw the content again and again over the whole cover, turned by so many degrees."""
    return (
        f'<pattern id="{name}" width="{width}" height="{height}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({degrees})">{content}</pattern>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#{name})"/>'
    )


def _ray(degrees: float) -> str:
    """Draw half of a step of 15 degrees, from the middle of the lower edge to beyond the corners."""
    corners = [
        (324 + 1_200 * sin(radians(angle)), 900 - 1_200 * cos(radians(angle))) for angle in (degrees, degrees + 7.5)
    ]
    return "M324 900L" + "L".join(f"{x:.0f} {y:.0f}" for x, y in corners) + "Z"


_SLAT = "M0 0H5V60H0Z"
_ARCHES = ((45, 90), (0, 45), (90, 45))

SHAPES = {
    # Printed on the cloth itself
    "frame": _line("M70 42H558V858H70ZM82 54H546V846H82Z", 4),
    "rules": _path("M72 48H552V64H72ZM72 836H552V852H72Z"),
    "band": _path("M0 0H84V900H0Z"),
    "corners": _path("M0 0H84V900H0ZM473 0H600V127ZM473 900H600V773Z"),
    # Patterned papers
    "stripes": _paper(_path("M0 0H9V45H0Z"), 45, 45, -45),
    "ribbons": _paper(_thread("M0 0H48V96H0Z"), 96, 96, 45),
    "ticking": _paper(_path("M0 0H9V75H0Z") + _thread("M30 0H54V75H30Z"), 75, 75),
    "lines": _paper(_path("M0 0H36V6H0Z"), 36, 36),
    "dots": _paper(_disc(18, 18, 9.5) + _disc(54, 54, 9.5), 72, 72),
    "spots": _paper(_disc(42, 42, 34) + _disc(126, 126, 34), 168, 168),
    "sun": _disc(324, 666, 163) + _rings(324, 666, range(172, 740, 43), 5, 0.45),
    "rings": _rings(600, 900, range(54, 1_085, 54), 14),
    "rays": _thread("".join(_ray(15 * step) for step in range(-6, 6))),
    "gingham": _paper(_thread("M0 0H42V84H0Z") + _thread("M0 0H84V42H0Z"), 84, 84),
    "checks": _paper(_thread("M60 0H120V60H60ZM0 60H60V120H0Z"), 120, 120),
    "graph": _paper(_thread("M0 0H36V2H2V36H0Z"), 36, 36),
    "lattice": _paper(_path(_SLAT), 60, 60, 30) + _paper(_path(_SLAT), 60, 60, -30, "b"),
    "diamonds": _paper(_thread("M42 0L84 66L42 132L0 66Z"), 84, 132),
    "zigzag": _paper(_thread("M0 42L42 0L84 42V84L42 42L0 84Z"), 84, 84),
    "sails": _paper(_thread("M48 0L96 48V60H0V48Z"), 96, 60),
    "scales": _paper(_line("M4 0A41 41 0 0 0 86 0M-41 45A41 41 0 0 0 41 45M49 45A41 41 0 0 0 131 45", 5), 90, 90),
    "scallops": _paper(_thread("M2 0A43 43 0 0 0 88 0Z"), 90, 66),
    "pinwheels": _paper(_thread("M66 66V0H132ZM66 66H132V132ZM66 66V132H0ZM66 66H0V0Z"), 132, 132),
    "arches": _paper(
        "".join(_path(f"M{x - 18} {y}A18 18 0 0 1 {x + 18} {y}Z") for x, y in _ARCHES)
        + _line("".join(f"M{x - 37} {y}A37 37 0 0 1 {x + 37} {y}" for x, y in _ARCHES), 7),
        90,
        90,
    ),
}


def shapes_of(pattern: str) -> Markup:
    """Return the pattern's shapes, as they stand in an SVG of this width and height."""
    return Markup(SHAPES[pattern])  # noqa: S704 - our own text, and nobody else's
