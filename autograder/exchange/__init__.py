"""The formats of other systems: submissions come in, grades go out; one module for each system."""
