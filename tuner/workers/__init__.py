"""Processes that run trials, and the devices they run on."""
