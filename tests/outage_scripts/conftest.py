from hypothesis import settings

# No deadline: a shared machine may stall. Derandomised: a run in CI can be repeated at a desk.
settings.register_profile("statuspool", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("statuspool")
