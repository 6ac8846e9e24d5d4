"""What goes on inside a network while it trains, measured, and what that means."""
