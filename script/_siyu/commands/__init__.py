"""One module for each command in script/."""
