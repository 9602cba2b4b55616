"""How fast a promise is durable: the store beside the bare disk and beside the queues people use. K3 of the goals."""
