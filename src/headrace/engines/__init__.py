"""Engines that run tables' work, what they can do, and how data gets in and out of them."""
