"""The version of the package: that of sagad."""
__version__ = "0.1.0"
