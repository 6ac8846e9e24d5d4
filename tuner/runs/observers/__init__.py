"""Who is there when a training begins and at the end of each epoch, one concern a module."""
