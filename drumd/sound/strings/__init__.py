"""Plucked strings, so that the guitar is heard beside the drums."""
