"""The border: marshmallow classes for everything that comes in and goes out."""
