"""The face of the terminal: paints a View, reports an Intent. The only package that imports Qt."""
