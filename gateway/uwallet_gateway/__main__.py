"""`python -m uwallet_gateway`."""

from uwallet_gateway.command_line import main

if __name__ == "__main__":
    main()
