"""What the commands in script/ share. Standard library only: the first run has nothing else."""
