"""pyndl: Rescorla–Wagner for corpora of language. Every event needs an outcome, so trials without get one of their own;
timed is its C learner, on events that it has read and indexed before."""

import os
import tempfile

import numpy as np
from pyndl import io, ndl_openmp, preprocess

CUES = [f"c{i}" for i in range(10)]
OUTCOMES = ["outcome", "none"]


def events(work):
    for cues, outcome in zip(work.inputs, work.targets[:, 0]):
        yield [CUES[i] for i in np.flatnonzero(cues)], [OUTCOMES[0 if outcome > 0 else 1]]


def learner(work, weights):
    present = work.inputs.any(1)  # an event without cues cannot be written, and changes nothing
    work = work if present.all() else type(work)(**{**vars(work), "inputs": work.inputs[present], "targets": work.targets[present]})
    folder = tempfile.TemporaryDirectory(prefix="deltalab-pyndl-")
    text, binary = os.path.join(folder.name, "events.tab.gz"), os.path.join(folder.name, "binary")
    io.events_to_file(events(work), text)
    maps = [{name: i for i, name in enumerate(names)} for names in (CUES, OUTCOMES)]
    preprocess.create_binary_event_files(text, binary, *maps, overwrite=True, n_jobs=1, remove_duplicates=False)
    files = sorted(os.path.join(binary, name) for name in os.listdir(binary))
    table = np.zeros((2, len(CUES)))
    table[0] = weights[0][0, 0]

    def run(epochs, keep=folder):
        for _ in range(epochs):
            ndl_openmp.learn_inplace_binary_to_binary(files, 1.0, work.rate, work.rate, 1.0, table, np.array([0], np.uint32), 10, 1)
        return [table[None, :1].copy()]

    return run


def implementations(work):
    if work.rule == "rescorla_wagner":
        yield "a", "pyndl, its C learner alone", learner
