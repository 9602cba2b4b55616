"""Building blocks of the screens. They know sizes, colours and words; they know no view type."""
