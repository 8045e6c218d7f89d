"""What ours is measured against; nothing of the product imports it."""
