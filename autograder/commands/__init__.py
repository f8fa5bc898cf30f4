"""The command line: one function for each command. Its module is imported when the command is called."""
