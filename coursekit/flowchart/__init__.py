"""Fluxogramas escritos em Mermaid: lidos, conferidos e desenhados sem navegador."""

from coursekit.flowchart.layout import lay_out
from coursekit.flowchart.model import Edge, Flowchart, FlowchartError, Node
from coursekit.flowchart.parser import parse_flowchart
from coursekit.flowchart.svg import flowchart_svg, natural_width

__all__ = [
    "Edge",
    "Flowchart",
    "FlowchartError",
    "Node",
    "flowchart_svg",
    "lay_out",
    "natural_width",
    "parse_flowchart",
]
