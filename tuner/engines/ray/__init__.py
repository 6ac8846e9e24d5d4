"""A Ray cluster as a place where workers run: an adapter to the engine port. Only here is `ray` imported.

One detached actor a study (keeper) supervises its workers, so that whoever started them may go; each worker is a
process of its own under a Ray task (task, attached). The supervisor alone replaces what died, on whatever node has
room: Ray is told to retry nothing, since it knows neither what a worker held nor when that is hopeless.

    launch   what travels to the cluster, as values
    needs    what a worker needs of a node, and its share of it there
    code     a person's code, as Ray's working directory
    engine   the engine: tasks, and what their ends say
    task     one worker, inside its task;  attached: its process dies with the task's
    keeper   the actor
    cluster  a cluster is asked and told, in a process of its own (driver), which others follow (followed)
"""
