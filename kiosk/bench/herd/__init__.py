"""The herd: a whole fleet that comes back at once, against one centre. K4 of the goals.

    timeline ── events in order, a clock that jumps from one to the next
    terminal ── one terminal: the production decisions over rows in memory     peers ── what others do
    centre   ── a queue with measured service times
    scenarios, fleet, figures ── what happens, to whom, and what came of it
    live     ── the same over real HTTP against a real centre
    plots, report ── one page

Not responsible for the decisions: those are offline_cache's (outbox.schedule, line.state, line.probe_rules),
imported as they run.
"""
