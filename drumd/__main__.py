"""`python -m drumd` is `drumd`."""

from drumd.cli import main

if __name__ == "__main__":
    main()
