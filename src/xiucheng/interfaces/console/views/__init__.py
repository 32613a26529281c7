"""The pages of the desk by subject; what they show is asked of the rooms below, what they change is their verbs."""
