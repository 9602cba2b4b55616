"""The contract between the application and every driver: roles, commands, values, states, failures."""
