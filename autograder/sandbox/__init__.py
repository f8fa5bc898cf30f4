"""The wall between student code and everything that it must not see."""
