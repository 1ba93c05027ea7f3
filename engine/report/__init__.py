"""How a jam went."""
