"""The control plane under `/_mock`: what a caller can do to a sandbox, over HTTP."""
