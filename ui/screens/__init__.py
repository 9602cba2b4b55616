"""One screen per view type: `render(view)` in, `intent` out."""
