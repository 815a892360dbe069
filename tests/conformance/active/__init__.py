"""The judge: right about wrong servers, silent about right ones."""
