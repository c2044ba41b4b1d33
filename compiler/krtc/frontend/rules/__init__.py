"""The rules that reading itself holds, a page each; the front end's modules say where they are held.

A page is the docstring of the module with the name of its code, in the form of `krtc.analysis.rules`.
"""
