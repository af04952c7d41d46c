"""Networks and whole trainings, each written once as a function of `torch`, to be run on jnet and on PyTorch."""

import math
from types import ModuleType

TEXT = (
    "the quick brown fox jumps over the lazy dog and runs away from the old grey cat who sleeps all day in the warm "
    "sun by the door of the small white house on the hill where nobody ever comes to see what is new "
)


def characters(torch: ModuleType):
    """Return the text as numbers, and how many letters there are."""
    letters = sorted(set(TEXT))
    return torch.tensor([letters.index(letter) for letter in TEXT]), len(letters)


def windows(torch: ModuleType, batch: int, length: int):
    """Return random pieces of the text, and the same pieces one letter on."""
    text, _ = characters(torch)
    starts = torch.randint(len(text) - length - 1, (batch,))
    x = torch.stack([text[start : start + length] for start in starts])
    return x, torch.stack([text[start + 1 : start + length + 1] for start in starts])


def lenet(torch: ModuleType):
    """Return LeNet for 28 x 28 images."""
    nn = torch.nn

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
            x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
            x = torch.relu(self.fc1(torch.flatten(x, 1)))
            return self.fc3(torch.relu(self.fc2(x)))

    return LeNet()


def lstm(torch: ModuleType, dropout: float = 0.0):
    """Return an LSTM language model of letters."""
    nn = torch.nn
    _, letters = characters(torch)

    class Language(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(letters, 12)
            self.lstm = nn.LSTM(12, 16, num_layers=2, batch_first=True, dropout=dropout)
            self.drop = nn.Dropout(dropout)
            self.head = nn.Linear(16, letters)

        def forward(self, x, state=None):
            x, state = self.lstm(self.embedding(x), state)
            return self.head(self.drop(x)), state

    return Language()


def transformer(torch: ModuleType, dropout: float = 0.0):
    """Return a language model of PyTorch's own Transformer layers."""
    nn = torch.nn
    _, letters = characters(torch)

    class Language(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(letters, 16)
            self.position = nn.Parameter(torch.randn(32, 16) * 0.1)
            layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=dropout, batch_first=True, norm_first=True)
            self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(16), enable_nested_tensor=False)
            self.head = nn.Linear(16, letters)

        def forward(self, x):
            mask = nn.Transformer.generate_square_subsequent_mask(x.size(1))
            x = self.embedding(x) + self.position[: x.size(1)]
            return self.head(self.encoder(x, mask=mask, is_causal=True))

    return Language()


def gpt(torch: ModuleType, layers: int = 2, width: int = 24, heads: int = 3, dropout: float = 0.1):
    """Return a small GPT in the manner of nanoGPT, its embedding shared with its head."""
    nn, F = torch.nn, torch.nn.functional
    _, letters = characters(torch)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.drop = nn.Dropout(dropout)
            self.register_buffer("mask", torch.tril(torch.ones(32, 32)).view(1, 1, 32, 32), persistent=False)

        def forward(self, x):
            B, T, C = x.size()
            q, k, v = (each.view(B, T, heads, C // heads).transpose(1, 2) for each in self.qkv(x).split(C, dim=2))
            scores = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))  # (B, heads, T, T)
            scores = scores.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
            x = self.drop(F.softmax(scores, dim=-1)) @ v
            return self.drop(self.out(x.transpose(1, 2).contiguous().view(B, T, C)))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.attention, self.norm2 = nn.LayerNorm(width), Attention(), nn.LayerNorm(width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(dropout)
            )

        def forward(self, x):
            x = x + self.attention(self.norm1(x))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(letters, width), nn.Embedding(32, width)
            self.drop = nn.Dropout(dropout)
            self.blocks = nn.ModuleList([Block() for _ in range(layers)])
            self.norm = nn.LayerNorm(width)
            self.head = nn.Linear(width, letters, bias=False)
            self.tokens.weight = self.head.weight
            self.apply(self.draw)
            for name, parameter in self.named_parameters():
                if name.endswith("out.weight"):
                    nn.init.normal_(parameter, mean=0.0, std=0.02 / math.sqrt(2 * layers))

        def draw(self, module):
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

        def forward(self, x, targets=None):
            x = self.drop(self.tokens(x) + self.places(torch.arange(x.size(1), device=x.device)))
            for block in self.blocks:
                x = block(x)
            logits = self.head(self.norm(x))
            if targets is None:
                return logits, None
            return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1)

    return GPT()


def vae(torch: ModuleType):
    """Return a variational autoencoder of 64 pixels."""
    nn = torch.nn

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.encode = nn.Sequential(nn.Linear(64, 32), nn.ReLU())
            self.mean, self.log_variance = nn.Linear(32, 4), nn.Linear(32, 4)
            self.decode = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())

        def forward(self, x):
            h = self.encode(x)
            mean, log_variance = self.mean(h), self.log_variance(h)
            z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
            return self.decode(z), mean, log_variance

    return VAE()


# -- trainings: a generator each, which yields what a tutorial prints --------------------------------------------------


def train_mlp(torch: ModuleType):
    """An MLP with dropout on shuffled batches, SGD with momentum and a falling learning rate."""
    nn = torch.nn
    x, w = torch.randn(200, 12), torch.randn(12, 4)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, (x @ w).argmax(1)), batch_size=20, shuffle=True
    )
    model = nn.Sequential(
        nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 4)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    criterion = nn.CrossEntropyLoss()
    for _ in range(5):
        model.train()
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            yield loss.item()
        scheduler.step()
        model.eval()
        with torch.no_grad():
            yield sum(criterion(model(inputs), labels).item() for inputs, labels in loader) / len(loader)


def train_lenet(torch: ModuleType):
    """LeNet on images of stripes, Adam."""
    labels = torch.randint(0, 10, (100,))
    images = torch.rand(100, 1, 28, 28) * 0.3
    for image, label in zip(images, labels, strict=True):
        image[0, label * 2 + 3 : label * 2 + 6] += 0.7
    dataset = torch.utils.data.TensorDataset(images, labels)
    loader = torch.utils.data.DataLoader(dataset, batch_size=20, shuffle=True)
    model = lenet(torch)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(10):
        for inputs, targets in loader:
            loss = torch.nn.functional.cross_entropy(model(inputs), targets)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            yield loss.item()


def train_convolutions(torch: ModuleType):
    """A convolutional net with batch normalisation and dropped channels, RMSprop."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.2),
        nn.Conv2d(8, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.LeakyReLU(0.1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(8, 5), nn.LogSoftmax(dim=1),
    )  # fmt: skip
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    x, y = torch.randn(30, 3, 8, 8), torch.randint(5, (30,))
    for step in range(50):
        rows = torch.randperm(30)[:10]
        loss = nn.functional.nll_loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()
        if step % 10 == 9:
            model.eval()
            yield nn.functional.nll_loss(model(x), y).item()
            model.train()


def train_lstm(torch: ModuleType):
    """An LSTM language model with dropout, whose state is carried from piece to piece; clipped gradients, Adam."""
    text, letters = characters(torch)
    rows = text[: len(text) // 4 * 4].view(4, -1)
    model = lstm(torch, dropout=0.2)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    state, length = None, 8
    for step in range(50):
        start = step * length % (rows.size(1) - length - 1)
        x, y = rows[:, start : start + length], rows[:, start + 1 : start + length + 1]
        if state is not None:
            state = tuple(each.detach() for each in state)
        logits, state = model(x, state)
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, letters), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        yield loss.item()


def train_gpt(torch: ModuleType):
    """A small GPT: AdamW with two groups, warm-up and cosine, clipped gradients; then it writes."""
    model = gpt(torch)
    groups = [
        {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-2, betas=(0.9, 0.95))
    for step in range(50):
        rate = 1e-2 * min((step + 1) / 10, 0.5 * (1 + math.cos(math.pi * step / 50)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        x, y = windows(torch, 8, 16)
        _, loss = model(x, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield loss.item()
    model.eval()
    written = x[:1, :4]
    with torch.no_grad():
        for _ in range(3):
            logits, _ = model(written)
            written = torch.cat([written, logits[:, -1].argmax(-1, keepdim=True)], dim=1)
    yield from written[0].tolist()


def train_transformer(torch: ModuleType):
    """A language model of PyTorch's own Transformer layers with dropout, AdamW."""
    model = transformer(torch, dropout=0.1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(50):
        x, y = windows(torch, 6, 12)
        loss = torch.nn.functional.cross_entropy(model(x).transpose(1, 2), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def train_vae(torch: ModuleType):
    """A variational autoencoder, Adam; then samples of it."""
    F = torch.nn.functional
    data = (torch.rand(60, 1) > torch.linspace(0, 1, 64)).float()
    loader = torch.utils.data.DataLoader(data, batch_size=12, shuffle=True)
    model = vae(torch)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(10):
        for x in loader:
            decoded, mean, log_variance = model(x)
            divergence = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
            loss = F.binary_cross_entropy(decoded, x, reduction="sum") + divergence
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss.item() / len(x)
    with torch.no_grad():
        yield from model.decode(torch.randn(2, 4)).mean(1).tolist()


TRAININGS = (
    train_mlp, train_lenet, train_convolutions, train_lstm, train_gpt, train_transformer, train_vae,
)  # fmt: skip
