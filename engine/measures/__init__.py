"""What `drumd eval` measures, one subject a module; `engine.metrics` counts hits."""
