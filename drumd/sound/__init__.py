"""The sound of drumd: kits and strings by synthesis, what mixes them, and where they sound."""
