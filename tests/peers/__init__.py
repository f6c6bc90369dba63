"""Real components that tests run: brokers, stores, the product's own programs."""
