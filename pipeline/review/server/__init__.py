"""The review page: a server for one coder on this machine, and what it hands to the browser."""
