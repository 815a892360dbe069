"""HTTP: what both APIs share. The Statuspool API is in vendor, `/_mock` in control and console."""
