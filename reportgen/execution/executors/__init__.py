"""Where trials are trained: side by side in processes of this machine."""
