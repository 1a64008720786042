"""Which HTML stays in feedback and formgrader: what our cards and a grader's comment are made of.

nbconvert calls `clean_html` on every output of a graded notebook. Its own allows no style, so that
a card would lose its frame. Escaping comes first, in cards.py; this is the second wall.
"""

from nbconvert.preprocessors.sanitize import SanitizeHTML

TAGS = (
    "a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
)  # fmt: skip
STYLES = (  # those that cards.py uses; none can load a file or leave the card's place
    "background-color", "border", "border-left", "border-radius", "display", "flex-wrap",
    "font-size", "font-weight", "gap", "line-height", "margin", "max-width", "min-width", "padding",
    "text-align", "white-space",
)  # fmt: skip
ATTRIBUTES = {"*": ["class", "lang", "style"], "a": ["href"], "th": ["scope"]}

clean_html = SanitizeHTML(
    tags=list(TAGS), attributes=ATTRIBUTES, styles=list(STYLES)
).sanitize_html_tags
