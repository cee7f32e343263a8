"""What comes in meets what is here: a plan of what an import would do, and nothing written.

Every reader of another tool's format hands over a `pipeline.exchange.refi.model.Project`; from here
on they are all alike.
"""
