"""The HTTP layer. Both APIs share its modules; `vendor`, `control` and `console` use them."""
