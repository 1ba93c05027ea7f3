"""The page that `drumd eval --report` writes: one HTML file that needs nothing else."""
