"""The drummer: data, model, training and playing. It knows no ports, threads or commands."""
