"""MIDI ports: live ones by name, files that play in real time, and fakes."""

from drumd.ports.open import list_ports, open_input, open_output, same_port
from drumd.ports.port import InputPort, OutputPort, PortList, Receiver

__all__ = [
    "InputPort",
    "OutputPort",
    "PortList",
    "Receiver",
    "list_ports",
    "open_input",
    "open_output",
    "same_port",
]
