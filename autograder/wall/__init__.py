"""The confinement of a worker: limits, namespaces, Landlock, seccomp, cgroups."""
