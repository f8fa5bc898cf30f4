"""The command line: one function for each command, loaded when that command is called."""
