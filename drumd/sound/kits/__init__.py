"""The kits that ship: tables of timbres, what makes them playable, and where they are kept."""
