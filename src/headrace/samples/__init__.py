"""Data that Headrace makes itself, so that a newcomer has something to run scripts on."""
