"""Larger networks in PyTorch's words: an LSTM, a small GPT, a ResNet-18; each a function of a torch module.

Each returns the network, inputs and labels of random numbers, and the loss as a function of them.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any


def lstm(torch: ModuleType, batch: int = 32, length: int = 50, size: int = 64, hidden: int = 128, classes: int = 10):
    """Return a classifier of sequences: an LSTM, and a linear layer on its last output."""
    nn = torch.nn

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(size, hidden, batch_first=True)
            self.head = nn.Linear(hidden, classes)

        def forward(self, x):
            out, _ = self.lstm(x)
            return self.head(out[:, -1])

    torch.manual_seed(420)
    model = Classifier()
    x, y = torch.rand(batch, length, size), torch.randint(0, classes, (batch,))
    return model, x, y, nn.functional.cross_entropy


def gpt(
    torch: ModuleType,
    batch: int = 16,
    length: int = 64,
    layers: int = 4,
    width: int = 128,
    heads: int = 4,
    words: int = 65,
):
    """Return a language model of a decoder-only transformer.

    See: https://arxiv.org/abs/2005.14165
    """
    nn, F = torch.nn, torch.nn.functional

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x):
            B, T, C = x.size()
            q, k, v = self.qkv(x).split(width, dim=2)
            q, k, v = (
                each.view(B, T, heads, C // heads).transpose(1, 2) for each in (q, k, v)
            )  # (B, heads, T, C/heads)
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.out(y.transpose(1, 2).contiguous().view(B, T, C))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = Attention()
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x):
            x = x + self.attention(self.ln1(x))
            return x + self.mlp(self.ln2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)

        def forward(self, x):
            places = torch.arange(x.size(1), device=x.device)
            return self.head(self.norm(self.blocks(self.tokens(x) + self.places(places))))

    torch.manual_seed(420)
    model = GPT()
    for name, p in model.named_parameters():
        if name.endswith(("out.weight", "mlp.2.weight")):
            nn.init.normal_(p, std=0.02 / math.sqrt(2 * layers))
    x = torch.randint(0, words, (batch, length))
    y = torch.randint(0, words, (batch, length))
    return model, x, y, lambda out, y: F.cross_entropy(out.view(-1, words), y.view(-1))


def resnet18(torch: ModuleType, batch: int = 32, size: int = 32, classes: int = 10) -> Any:
    """Return a ResNet-18 for small images: the first convolution is of 3x3, and nothing is pooled before the blocks.

    See: https://arxiv.org/abs/1512.03385
    """
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self, before, after, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(after)
            self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(after)
            self.shortcut = nn.Sequential()
            if stride != 1 or before != after:
                self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

        def forward(self, x):
            out = F.relu(self.bn1(self.conv1(x)))
            return F.relu(self.bn2(self.conv2(out)) + self.shortcut(x))

    torch.manual_seed(420)
    blocks, before = [], 64
    for after, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        blocks.append(Block(before, after, stride))
        before = after
    model = nn.Sequential(
        *(nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), *blocks),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes)),
    )
    x, y = torch.rand(batch, 3, size, size), torch.randint(0, classes, (batch,))
    return model, x, y, F.cross_entropy
