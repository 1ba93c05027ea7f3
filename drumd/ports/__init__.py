"""MIDI ports: live ones by name, files that play in real time, and fakes."""

from drumd.ports.open import list_ports, open_input, open_output, same_port
from drumd.ports.port import Handed, Heard, InputPort, OutputPort, Place, PortList
from drumd.ports.steady import SteadyInput, SteadyOutput

__all__ = [
    "Handed",
    "Heard",
    "InputPort",
    "OutputPort",
    "Place",
    "PortList",
    "SteadyInput",
    "SteadyOutput",
    "list_ports",
    "open_input",
    "open_output",
    "same_port",
]
