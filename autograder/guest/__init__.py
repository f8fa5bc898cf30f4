"""The only folder of ours that a worker can see; nothing here imports anything else of ours."""
