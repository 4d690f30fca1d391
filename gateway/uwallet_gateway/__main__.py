"""`python -m uwallet_gateway`."""

from uwallet_gateway.cli.main import main

if __name__ == "__main__":
    main()
