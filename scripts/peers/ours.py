"""deltalab itself: the program's own `run` of a spec and a data file, in a process of its own."""

import csv
import json
import os
import subprocess

import numpy as np


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(v)}" for key, v in value.items()) + " }"
    return json.dumps(value)


def spec(work, data, epochs, runs):
    """The spec of a workload, as text. Nothing is recorded between the first epoch and the last."""
    task = {
        "kind": "csv", "file": data, "header": False, "target_coding": "number",
        "inputs": list(range(1, work.sizes[0] + 1)),
        "targets": list(range(work.sizes[0] + 1, work.sizes[0] + work.sizes[-1] + 1)),
    }
    network = {"hidden": list(work.sizes[1:-1]), "activation": "logistic", "init": work.init}
    train = {"order": "sequential", "batch": work.batch, "max_epochs": epochs}
    record = {"every": 10**12, "metrics": ["sse"]}
    learner = {"kind": "backprop", "learning_rate": work.rate}
    if work.batch > 1:
        network |= {"activation": "relu", "output_activation": "softmax"}
        train |= {"reduction": "mean", "error": "cross_entropy"}
    if work.rule == "chl":
        settling = {"dt": work.dt, "max_steps": work.steps, "tolerance": 0.0, "start": 0.0}
        learner |= {"kind": "generec", "rule": "chl", "settling": settling}
    if work.rule == "rescorla_wagner":
        network |= {"activation": "linear", "biases": False}
        learner = {"kind": "rescorla_wagner", "alpha": work.rate}
    lines = ['name = "bench"', f"seeds = {runs}", f'precision = "{"f32" if work.single else "f64"}"']
    parts = (("[task]", task), ("[network]", network), ("[train]", train), ("[record]", record), ("[[learner]]", learner))
    for head, table in parts:
        lines += [head] + [f"{key} = {toml(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


class Ours:
    """A workload as a folder with a data file; every call is one process."""

    def __init__(self, binary, work, runs, folder):
        self.binary, self.work, self.runs, self.folder = binary, work, runs, folder
        folder.mkdir(parents=True)
        self.write(work, "data.csv")
        self.write(work.cut(max(work.batch, 4)), "few.csv")

    def write(self, work, name):
        table = np.concatenate([work.inputs, work.targets], 1)
        with open(self.folder / name, "w", encoding="utf-8") as file:
            for row in table:
                file.write(",".join(f"{x:.17g}" for x in row) + "\n")

    def call(self, command, data, epochs, *more):
        """What the process printed, and the CPU seconds that it took, of all its threads."""
        path = self.folder / "spec.toml"
        path.write_text(spec(self.work, data, epochs, self.runs), encoding="utf-8")
        process = subprocess.Popen(
            [self.binary, command, path, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        out, complaint = process.stdout.read(), process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"deltalab {command}: {complaint.strip()}")
        return out, used.ru_utime + used.ru_stime

    def initial_weights(self):
        """Of every run, as `deltalab trace` tells them."""
        runs = []
        for seed in range(self.runs):
            out, _ = self.call("trace", "few.csv", 1, "--seed", str(seed), "--updates", "1")
            trace = json.loads(out)
            arrays = []
            for path in trace["paths"]:
                if path["name"] not in trace["initial"]["weights"]:
                    continue  # the way back of CHL, which uses the same weights
                arrays.append(trace["initial"]["weights"][path["name"]])
                if path["to"] in trace["initial"]["biases"]:
                    arrays.append(trace["initial"]["biases"][path["to"]])
            runs.append(arrays)
        return [np.array(a, self.work.dtype) for a in zip(*runs)]

    def train(self, epochs):
        """The final SSE of every run, over the patterns of the last epoch, each before its update; and the CPU seconds of
        the process."""
        out = self.folder / "out"
        _, seconds = self.call("run", "data.csv", epochs, "--out", out, "--threads", "1", "--quiet", "--fresh")
        with open(out / "runs.csv", encoding="utf-8", newline="") as file:
            rows = sorted(csv.DictReader(file), key=lambda row: int(row["seed"]))
        assert all(int(row["epochs"]) == epochs for row in rows), "a run ended before its time"
        return np.array([float(row["train_sse"]) for row in rows]), seconds

    def build(self):
        """What the manifest says of program and machine."""
        return json.loads((self.folder / "out" / "manifest.json").read_text(encoding="utf-8"))
