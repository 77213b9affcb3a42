"""`python -m extractscan` is the command line."""

from extractscan.cli import main

if __name__ == "__main__":
    main()
