"""
PyTorch's side of bench/training.ts and bench/inference.ts: the same networks, as a user of PyTorch would write them.

One process per number of threads, started and addressed by pytorch.ts: a JSON object per line on standard input, one
per line on standard output.

    {"do": "about"}                                -> {"version", "threads", "capability", "core"}
    {"do": "open", "case", "model", "tensors", "train", "hurry"}
        -> {"form", "values"}: losses of the first 10 steps, or the first 10 predictions
    {"case", "milliseconds"}                       -> {"calls", "seconds", "samples"}
    {"do": "close", "case"}                        -> {}

Where PyTorch has several ways to compute the same (memory format, how Adam loops over parameters, how rows are gathered,
TorchScript), `open` tries all of them and keeps the fastest, which "form" names. Parameters arrive in our layouts (dense
kernels [in, out], convolutions [rows, columns, in, out]) and are brought into PyTorch's own.
"""

import base64
import ctypes
import itertools
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

LEARNING_RATE = 1.5e-3
# How long each form of a case is tried; a hurried opening does not care which one is the fastest.
TRIAL_SECONDS = 0.3
HURRIED_SECONDS = 0.01
# Length of a sample, unless one call takes longer.
SAMPLE_SECONDS = 0.001


def linear(tensors, name):
    """Make a linear layer with given parameters."""
    kernel = tensors[name + ".kernel"]
    layer = nn.Linear(kernel.shape[0], kernel.shape[1])
    with torch.no_grad():
        layer.weight.copy_(kernel.t())
        layer.bias.copy_(tensors[name + ".bias"])
    return layer


def convolution(tensors, name, padding):
    """Make a convolution with given parameters."""
    kernel = tensors[name + ".kernel"]
    layer = nn.Conv2d(kernel.shape[2], kernel.shape[3], (kernel.shape[0], kernel.shape[1]), padding=padding)
    with torch.no_grad():
        layer.weight.copy_(kernel.permute(3, 2, 0, 1))
        layer.bias.copy_(tensors[name + ".bias"])
    return layer


class DistillNet(nn.Module):
    """16-128-64-1 with batch normalisation before the second ReLU; weighted mean absolute error."""

    def __init__(self, tensors, _form):
        super().__init__()
        self.dense1 = linear(tensors, "dense1")
        self.dense2 = linear(tensors, "dense2")
        # Keras's momentum of 0.99 is 0.01 in PyTorch's sense.
        self.normalization2 = nn.BatchNorm1d(64, eps=1e-3, momentum=0.01)
        self.dense3 = linear(tensors, "dense3")
        with torch.no_grad():
            self.normalization2.weight.copy_(tensors["normalization2.gamma"])
            self.normalization2.bias.copy_(tensors["normalization2.beta"])

    def forward(self, x):
        h = F.relu(self.dense1(x))
        h = F.relu(self.normalization2(self.dense2(h)))
        return torch.sigmoid(self.dense3(h))

    def loss(self, data):
        return ((self(data["x"]) - data["y"]).abs() * data["weights"]).mean()


class Dense(nn.Module):
    """Dense layers with ReLU between them, and a sigmoid at the end where asked; mean squared error."""

    def __init__(self, tensors, form):
        super().__init__()
        names = sorted(name[: -len(".kernel")] for name in tensors if name.endswith(".kernel"))
        layers = []
        for name in names:
            layers += [linear(tensors, name), nn.ReLU()]
        layers[-1] = nn.Sigmoid() if form.get("sigmoid") else nn.Identity()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)

    def loss(self, data):
        return F.mse_loss(self(data["x"]), data["y"])


class Images(nn.Module):
    """What networks on images share: the memory format, and three dense layers behind a flatten; mean squared error."""

    def __init__(self, tensors, form):
        super().__init__()
        self.channels_last = form["channels_last"]
        self.dense1 = linear(tensors, "dense1")
        self.dense2 = linear(tensors, "dense2")
        self.dense3 = linear(tensors, "dense3")

    def in_format(self):
        if self.channels_last:
            self.to(memory_format=torch.channels_last)

    def prepare(self, data):
        x = data["x"].permute(0, 3, 1, 2)
        memory = torch.channels_last if self.channels_last else torch.contiguous_format
        return {**data, "x": x.contiguous(memory_format=memory)}

    def head(self, x):
        # Flattened as rows, columns, channels, which costs nothing in the channels-last format.
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense3(F.relu(self.dense2(F.relu(self.dense1(x)))))

    def loss(self, data):
        return F.mse_loss(self(data["x"]), data["y"])


class Cnn(Images):
    """Teacher of the RPC muon trigger."""

    def __init__(self, tensors, form):
        super().__init__(tensors, form)
        self.block1 = nn.ModuleList(convolution(tensors, f"conv2d{k}", "same") for k in (1, 2))
        self.block2 = nn.ModuleList(convolution(tensors, f"conv2d{k}", "same") for k in (3, 4, 5))
        self.in_format()

    def forward(self, x):
        for layer in self.block1:
            x = F.relu(layer(x))
        x = F.max_pool2d(x, (1, 2))
        for layer in self.block2:
            x = F.relu(layer(x))
        return self.head(F.max_pool2d(x, (2, 2)))


class CnnStudent(Images):
    """Student of the RPC muon trigger."""

    def __init__(self, tensors, form):
        super().__init__(tensors, form)
        self.convolutions = nn.ModuleList(convolution(tensors, f"conv2d{k}", "valid") for k in (1, 2, 3, 4))
        self.in_format()

    def forward(self, x):
        for layer in self.convolutions:
            x = F.relu(layer(x))
        return self.head(x)


class Graph(nn.Module):
    """Three EdgeConv blocks, the first edge layer computed per node; binary cross-entropy of the logits."""

    def __init__(self, tensors, form):
        super().__init__()
        self.gather = form["gather"]
        self.own = nn.ModuleList(linear(tensors, f"block{b}.own") for b in (1, 2, 3))
        self.other = nn.ParameterList(nn.Parameter(tensors[f"block{b}.other.kernel"].clone()) for b in (1, 2, 3))
        self.edge = nn.ModuleList(linear(tensors, f"block{b}.edge") for b in (1, 2, 3))
        self.dense1 = linear(tensors, "dense1")
        self.dense2 = linear(tensors, "dense2")

    def prepare(self, data):
        neighbours = data["neighbours"].long()
        return {**data, "neighbours": neighbours, "x": (data["x"], neighbours)}

    def forward(self, x):
        h, neighbours = x
        for own, other, edge in zip(self.own, self.other, self.edge):
            centre = own(h).unsqueeze(1)
            if self.gather == "embedding":
                around = F.embedding(neighbours, h @ other)
            else:
                around = (h @ other).index_select(0, neighbours.flatten()).view(*neighbours.shape, -1)
            h = F.relu(edge(F.relu(centre + around))).mean(1)
        return self.dense2(F.relu(self.dense1(h)))

    def loss(self, data):
        return F.binary_cross_entropy_with_logits(self(data["x"]), data["y"])


MODELS = {
    "distillnet": DistillNet,
    "deep": Dense,
    "cnn": Cnn,
    "cnn-student": CnnStudent,
    "graph": Graph,
    "folded": Dense,
}
FORMS = {
    "distillnet": {},
    "deep": {},
    "folded": {"sigmoid": [True]},
    "cnn": {"channels_last": [False, True]},
    "cnn-student": {"channels_last": [False, True]},
    "graph": {"gather": ["index_select", "embedding"]},
}


def forms(model, train):
    """List the ways to compute a model."""
    choices = {**FORMS[model], **({"foreach": [False, True]} if train else {"script": [False, True]})}
    return [dict(zip(choices, values)) for values in itertools.product(*choices.values())]


def training(model, tensors, form):
    """Give a function that takes one training step and returns the loss as a tensor."""
    network = MODELS[model](tensors, form)
    network.train()
    data = network.prepare(tensors) if hasattr(network, "prepare") else tensors
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, eps=1e-8, foreach=form["foreach"])

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = network.loss(data)
        loss.backward()
        optimizer.step()
        return loss

    return step


def inference(model, tensors, form):
    """Give a function that predicts once and returns the prediction."""
    network = MODELS[model](tensors, form)
    network.eval()
    data = network.prepare(tensors) if hasattr(network, "prepare") else tensors
    x = data["x"]
    with torch.inference_mode():
        if form["script"]:
            network = torch.jit.freeze(torch.jit.trace(network, (x,)))

        def predict():
            with torch.inference_mode():
                return network(x)

    return predict


def run(call, seconds):
    """Call for about that long, at least once; returns calls, seconds, and the seconds per call of each sample."""
    clock = time.perf_counter
    samples = []
    calls = 0
    start = previous = clock()
    while True:
        count = 0
        while True:
            call()
            count += 1
            now = clock()
            if now - previous >= SAMPLE_SECONDS:
                break
        samples.append((now - previous) / count)
        calls += count
        if now - start >= seconds:
            return calls, now - start, samples
        previous = clock()


def decoded(tensors):
    """Read tensors of little-endian numbers in base64."""
    kinds = {"f32": torch.float32, "i32": torch.int32}
    return {
        name: torch.frombuffer(bytearray(base64.b64decode(t["data"])), dtype=kinds[t["dtype"]]).reshape(t["shape"]).clone()
        for name, t in tensors.items()
    }


def opened(request):
    """Try every form of a case and keep the fastest."""
    model, train = request["model"], request["train"]
    tensors = decoded(request["tensors"])
    best = None
    for form in forms(model, train):
        if train:
            call = training(model, tensors, form)
            values = [call().item() for _ in range(10)]
        else:
            call = inference(model, tensors, form)
            values = call().flatten()[:10].tolist()
        _, _, samples = run(call, HURRIED_SECONDS if request["hurry"] else TRIAL_SECONDS)
        rate = 1 / min(samples)
        if best is None or rate > best[0]:
            best = (rate, call, form, values)
    return best


def core():
    """Name the kernels that OpenBLAS chose; None for another library."""
    try:
        name = ctypes.CDLL("libblas.so.3").openblas_get_corename
        name.restype = ctypes.c_char_p
        return name().decode()
    except (OSError, AttributeError):
        return None


def about():
    """Tell what will be measured."""
    usage = [line for line in torch.__config__.show().split("\n") if "CPU capability usage" in line]
    return {
        "version": torch.__version__,
        "threads": torch.get_num_threads(),
        "capability": usage[0].split(":")[1].strip() if usage else None,
        "core": core(),
    }


def main():
    torch.set_num_threads(int(sys.argv[1]))
    cases = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            do = request.get("do", "run")
            if do == "about":
                answer = about()
            elif do == "open":
                _, call, form, values = opened(request)
                cases[request["case"]] = call
                answer = {"form": form, "values": values}
            elif do == "run":
                calls, seconds, samples = run(cases[request["case"]], request["milliseconds"] / 1000)
                answer = {"calls": calls, "seconds": seconds, "samples": samples}
            elif do == "close":
                del cases[request["case"]]
                answer = {}
            else:
                answer = {"error": f"unknown request {do!r}"}
        except Exception as error:  # reported to the other side, which knows the case
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
