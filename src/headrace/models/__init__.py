"""Fitted models: how raw columns become a matrix, how a model is kept, found and served.

Other rooms import the modules themselves: ``protocols``, ``signatures`` and ``names`` are light,
the others load pyarrow and numpy.
"""
