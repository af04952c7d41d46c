"""The update rules: pure functions of one parameter, in PyTorch's order of arithmetic.

A rule takes the gradient, the parameter, its slots (a dictionary of arrays of the parameter's shape, where the rule
does not say otherwise), the number t of this step (1, 2, ...) and the learning rate; t and the learning rate may be
traced. It returns what to add to the parameter, and the new slots. Settings are Python numbers: what follows from them
alone is computed in double precision, as PyTorch does. Those that change from step to step may be traced, in double
precision if it is to be had."""

import math

import jax
import jax.numpy as jnp
from jax import lax


def _direction(grad, param, weight_decay, maximize):
    """Return the gradient to descend, with the L2 penalty's share."""
    grad = -grad if maximize else grad
    return grad + _for(param, weight_decay) * param if _takes_part(weight_decay) else grad


def _bias_correction(beta, t):
    """Return 1 - beta^t, accurate in float32 (1 - 0.999^1 has no correct digit beyond the fourth there)."""
    if not _takes_part(beta):
        return 1.0
    return -jnp.expm1(t * (jnp.log(beta) if isinstance(beta, jax.Array) else math.log(beta)))


def _takes_part(setting) -> bool:
    """Tell whether a setting is not 0; one whose value is not known yet may be anything."""
    return isinstance(setting, jax.Array) or setting != 0


def _for(array, number):
    """Return a number in the dtype of the array that it meets, which must not become wider by it."""
    return number.astype(array.dtype) if isinstance(number, jax.Array) else number


def sgd(grad, param, slots, t, learning_rate, *, momentum, dampening, weight_decay, nesterov, maximize):
    """Stochastic gradient descent.

    b = momentum b + (1 - dampening) g, where the first b is g;  p -= lr b, or lr (g + momentum b) under Nesterov's rule

    See: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    if not _takes_part(momentum):
        return _for(grad, -learning_rate) * grad, slots
    kept, taken = _for(grad, momentum), _for(grad, 1 - dampening)
    buffer = kept * slots["momentum_buffer"] + taken * grad
    if _takes_part(dampening):
        buffer = jnp.where(t == 1, grad, buffer)
    step = grad + kept * buffer if nesterov else buffer
    return _for(grad, -learning_rate) * step, {"momentum_buffer": buffer}


def adam(grad, param, slots, t, learning_rate, *, betas, eps, weight_decay, amsgrad, maximize, decoupled):
    """Adam (Kingma & Ba, 2015), AMSGrad (Reddi et al., 2018); AdamW (Loshchilov & Hutter, 2019) if `decoupled`.

    m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """
    grad = _direction(grad, param, 0 if decoupled else weight_decay, maximize)
    first, second = betas
    mean = slots["exp_avg"] + _for(grad, 1 - first) * (grad - slots["exp_avg"])
    square = _for(grad, second) * slots["exp_avg_sq"] + _for(grad, 1 - second) * grad * grad
    new = {"exp_avg": mean, "exp_avg_sq": square}
    if amsgrad:
        square = new["max_exp_avg_sq"] = jnp.maximum(slots["max_exp_avg_sq"], square)
    root = _for(grad, jnp.sqrt(_bias_correction(second, t)))
    rate = _for(grad, learning_rate / _bias_correction(first, t))
    step = -rate * (mean / (jnp.sqrt(square) / root + _for(grad, eps)))
    if decoupled and _takes_part(weight_decay):
        step = step - _for(param, learning_rate * weight_decay) * param
    return step, new


def rmsprop(grad, param, slots, t, learning_rate, *, alpha, eps, weight_decay, momentum, centered, maximize):
    """RMSprop (Hinton, 2012), centered as in Graves (2013).

    v = alpha v + (1 - alpha) g^2;  p -= lr g / (sqrt(v) + eps); with momentum b = momentum b + g / (sqrt(v) + eps)

    See: https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    square = _for(grad, alpha) * slots["square_avg"] + _for(grad, 1 - alpha) * grad * grad
    new, variance = {"square_avg": square}, square
    if centered:
        new["grad_avg"] = slots["grad_avg"] + _for(grad, 1 - alpha) * (grad - slots["grad_avg"])
        variance = square - new["grad_avg"] * new["grad_avg"]
    step = grad / (jnp.sqrt(variance) + _for(grad, eps))
    if _takes_part(momentum):
        step = new["momentum_buffer"] = _for(grad, momentum) * slots["momentum_buffer"] + step
    return _for(grad, -learning_rate) * step, new


def adagrad(grad, param, slots, t, learning_rate, *, lr_decay, weight_decay, eps, maximize):
    """Adagrad (Duchi et al., 2011).

    s = s + g^2;  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    total = slots["sum"] + grad * grad
    rate = learning_rate / (1 + (t - 1) * lr_decay) if _takes_part(lr_decay) else learning_rate
    return _for(grad, -rate) * (grad / (jnp.sqrt(total) + _for(grad, eps))), {"sum": total}


def adamax(grad, param, slots, t, learning_rate, *, betas, eps, weight_decay, maximize):
    """Adamax, Adam with the largest gradient in place of the mean square (Kingma & Ba, 2015).

    m = b1 m + (1 - b1) g;  u = max(b2 u, |g| + eps);  p -= lr / (1 - b1^t) m / u

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    first, second = betas
    mean = slots["exp_avg"] + _for(grad, 1 - first) * (grad - slots["exp_avg"])
    norm = jnp.maximum(_for(grad, second) * slots["exp_inf"], jnp.abs(grad) + _for(grad, eps))
    rate = _for(grad, learning_rate / _bias_correction(first, t))
    return -rate * (mean / norm), {"exp_avg": mean, "exp_inf": norm}


def nadam(grad, param, slots, t, learning_rate, *, betas, eps, weight_decay, momentum_decay, maximize, decoupled):
    """NAdam, Adam with Nesterov's momentum (Dozat, 2016); its weight decay is AdamW's if `decoupled`.

    c_t = b1 (1 - 0.96^(t momentum_decay) / 2);  C = c_1 ... c_t, the slot `mu_product`, a scalar that starts with 1;
    p -= lr ((1 - c_t) / (1 - C) g + c_{t+1} / (1 - C c_{t+1}) m) / (sqrt(v / (1 - b2^t)) + eps), m and v as in Adam

    See: https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html
    """
    grad = _direction(grad, param, 0 if decoupled else weight_decay, maximize)
    first, second = betas
    now, later = (first * (1 - 0.5 * 0.96 ** (k * momentum_decay)) for k in (t, t + 1))
    product = slots["mu_product"] * _for(slots["mu_product"], now)
    mean = slots["exp_avg"] + _for(grad, 1 - first) * (grad - slots["exp_avg"])
    square = _for(grad, second) * slots["exp_avg_sq"] + _for(grad, 1 - second) * grad * grad
    root = jnp.sqrt(square / _for(grad, _bias_correction(second, t))) + _for(grad, eps)
    whole = product.astype(now.dtype)
    of_grad = _for(grad, -learning_rate * (1 - now) / (1 - whole))
    of_mean = _for(grad, -learning_rate * later / (1 - whole * later))
    step = of_grad * (grad / root) + of_mean * (mean / root)
    if decoupled and _takes_part(weight_decay):
        step = step - _for(param, learning_rate * weight_decay) * param
    return step, {"mu_product": product, "exp_avg": mean, "exp_avg_sq": square}


def radam(grad, param, slots, t, learning_rate, *, betas, eps, weight_decay, maximize, decoupled):
    """RAdam (Liu et al., 2020): Adam that waits for enough gradients before it divides by their root mean square.

    rho_t = rho - 2 t b2^t / (1 - b2^t), rho = 2 / (1 - b2) - 1;  where rho_t > 5,
    p -= lr r m / (1 - b1^t) sqrt(1 - b2^t) / (sqrt(v) + eps),
    r^2 = (rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t), before that p -= lr m / (1 - b1^t)

    See: https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
    """
    grad = _direction(grad, param, 0 if decoupled else weight_decay, maximize)
    first, second = betas
    mean = slots["exp_avg"] + _for(grad, 1 - first) * (grad - slots["exp_avg"])
    square = _for(grad, second) * slots["exp_avg_sq"] + _for(grad, 1 - second) * grad * grad
    length, limit = _averaged_length(second, t)
    ready = length > 5
    length = jnp.where(ready, length, 6.0)  # any value that has a root
    squared = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    rectified = _for(grad, jnp.sqrt(_bias_correction(second, t) * squared)) / (jnp.sqrt(square) + _for(grad, eps))
    rate = _for(grad, learning_rate / _bias_correction(first, t))
    step = -rate * mean * jnp.where(ready, rectified, 1)
    if decoupled and _takes_part(weight_decay):
        step = step - _for(param, learning_rate * weight_decay) * param
    return step, {"exp_avg": mean, "exp_avg_sq": square}


def _averaged_length(beta, t):
    """Return RAdam's rho_t and its limit, accurate in float32 too.

    Both are near 2 / -log(beta) at first, and their difference is near t, so that a float32 of it has no digits left
    where beta is near 1. With x = -t log(beta) the difference is written as t - 2 t h(x) and a constant, where
    h(x) = 1 / (e^x - 1) - 1 / x + 1 / 2 is small where x is.
    """
    if not _takes_part(beta):
        return jnp.ones_like(t), 1.0
    limit = 2 / (1 - beta) - 1
    decay = -(jnp.log(beta) if isinstance(beta, jax.Array) else math.log(beta))
    x = t * decay
    series = x * (1 / 12 - x * x * (1 / 720 - x * x * (1 / 30240 - x * x / 1209600)))
    far = jnp.where(x < 0.5, 1.0, x)
    rest = jnp.where(x < 0.5, series, 1 / jnp.expm1(far) - 1 / far + 0.5)
    return (limit - 2 / decay) + t - 2 * t * rest, limit


def adadelta(grad, param, slots, t, learning_rate, *, rho, eps, weight_decay, maximize):
    """Adadelta (Zeiler, 2012).

    v = rho v + (1 - rho) g^2;  d = sqrt(a + eps) / sqrt(v + eps) g;  a = rho a + (1 - rho) d^2;  p -= lr d

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    kept, taken, least = _for(grad, rho), _for(grad, 1 - rho), _for(grad, eps)
    square = kept * slots["square_avg"] + taken * grad * grad
    delta = jnp.sqrt(slots["acc_delta"] + least) / jnp.sqrt(square + least) * grad
    moved = kept * slots["acc_delta"] + taken * delta * delta
    return _for(grad, -learning_rate) * delta, {"square_avg": square, "acc_delta": moved}


def rprop(grad, param, slots, t, learning_rate, *, etas, step_sizes, maximize):
    """Resilient backpropagation (Riedmiller & Braun, 1993): only signs count; `step_size` starts with the rate.

    s = s eta+ where g keeps its sign, s eta- where it turns (and g = 0 then), within the step sizes;  p -= s sign(g)

    See: https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html
    """
    grad = _direction(grad, param, 0, maximize)
    lower, upper = (_for(grad, eta) for eta in etas)
    least, most = (_for(grad, size) for size in step_sizes)
    same = grad * slots["prev"]
    factor = jnp.where(same > 0, upper, jnp.where(same < 0, lower, jnp.ones((), grad.dtype)))
    size = jnp.clip(slots["step_size"] * factor, least, most)
    kept = jnp.where(same < 0, 0, grad)
    return -jnp.sign(kept) * size, {"prev": kept, "step_size": size}


def asgd(grad, param, slots, t, learning_rate, *, lambd, alpha, t0, weight_decay, maximize):
    """Averaged stochastic gradient descent (Polyak & Juditsky, 1992); the average is the slot `ax`.

    p = (1 - lambd eta) p - eta g;  ax = ax + mu (p - ax);  eta = lr / (1 + lambd lr t)^alpha;  mu = 1 / max(1, t - t0)

    The scalar slots `eta` and `mu` start with the learning rate and 1.

    See: https://pytorch.org/docs/stable/generated/torch.optim.ASGD.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    eta, mu = slots["eta"].astype(float), slots["mu"]
    step = -_for(param, lambd * eta) * param - _for(grad, eta) * grad
    moved, mean = param + step, slots["ax"]
    mean = jnp.where(mu == 1, moved, mean + mu.astype(mean.dtype) * (moved - mean))
    rate = learning_rate / (1 + lambd * learning_rate * t) ** alpha
    return step, {"eta": _for(slots["eta"], rate), "mu": _for(mu, 1 / jnp.maximum(1.0, t - t0)), "ax": mean}


def adafactor(grad, param, slots, t, learning_rate, *, beta2_decay, eps, d, weight_decay, maximize):
    """Adafactor (Shazeer & Stern, 2018), with PyTorch's place for the first eps and its use of the rate.

    v is the product of the means of g^2 over rows and over columns (slots `row_var` and `col_var`) for parameters of
    two dimensions or more, else its running mean (slot `variance`); the weight of the new values is t^beta2_decay.
    u = g / sqrt(v);  p = (1 - lr weight_decay) p - max(eps2, rms(p)) min(lr, 1 / sqrt(t)) u / max(1, rms(u) / d)

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
    """
    grad = _direction(grad, param, 0, maximize)
    least, floor = eps
    least = jnp.finfo(param.dtype).eps if least is None else least
    weight = _for(grad, t**beta2_decay)
    if grad.ndim > 1:
        rows, columns = (
            slots[name] + weight * ((grad * grad).mean(axis, keepdims=True) - slots[name])
            for name, axis in (("row_var", -1), ("col_var", -2))
        )
        variance = rows * columns / jnp.maximum(rows.mean(-2, keepdims=True), _for(grad, least))
        new = {**slots, "row_var": rows, "col_var": columns}
    else:
        variance = slots["variance"] + weight * (grad * grad - slots["variance"])
        new = {**slots, "variance": variance}
    update = lax.rsqrt(jnp.maximum(variance, _for(grad, least * least))) * grad
    size = jnp.maximum(_for(grad, floor), _root_mean_square(param))
    rate = _for(grad, jnp.minimum(learning_rate, 1 / jnp.sqrt(t))) * size
    step = -rate / jnp.maximum(1, _root_mean_square(update) / _for(grad, d)) * update
    return step - _for(param, learning_rate * weight_decay) * param, new


def _root_mean_square(array):
    return jnp.sqrt((array * array).mean())


def muon(
    grad, param, slots, t, learning_rate, *, weight_decay, momentum, nesterov, ns_coefficients, eps, ns_steps,
    adjust_lr_fn,
):  # fmt: skip
    """Muon (Jordan et al., 2024): momentum whose matrix is made nearly orthogonal by Newton and Schulz's iteration.

    b = momentum b + (1 - momentum) g;  p = (1 - lr weight_decay) p - lr ratio O(b), or O of Nesterov's look ahead. The
    ratio is sqrt(max(1, rows / columns)), or 0.2 sqrt(max(rows, columns)) for `adjust_lr_fn="match_rms_adamw"`.

    See: https://pytorch.org/docs/stable/generated/torch.optim.Muon.html
    """
    old = slots["momentum_buffer"]
    buffer = old + _for(grad, 1 - momentum) * (grad - old)
    update = grad + _for(grad, momentum) * (buffer - grad) if nesterov else buffer
    update = _orthogonal(update, ns_coefficients, ns_steps, eps).astype(grad.dtype)
    rows, columns = param.shape
    ratio = (
        0.2 * math.sqrt(max(rows, columns)) if adjust_lr_fn == "match_rms_adamw" else math.sqrt(max(1, rows / columns))
    )
    decayed = _for(param, learning_rate * weight_decay) * param
    return _for(grad, -learning_rate * ratio) * update - decayed, {"momentum_buffer": buffer}


def _orthogonal(matrix, coefficients, steps, eps):
    """Return a matrix with the singular vectors of `matrix` and singular values near 1, rounded to bfloat16."""
    a, b, c = coefficients

    def rounded(values):
        # Not by a cast, which XLA leaves out between two float32 operations: PyTorch rounds after every one.
        return lax.reduce_precision(values, exponent_bits=8, mantissa_bits=7)

    def product(left, right):
        return jnp.matmul(left, right, precision=lax.Precision.HIGHEST)

    tall = matrix.shape[0] > matrix.shape[1]
    x = rounded((matrix.T if tall else matrix).astype(jnp.float32))
    norm = rounded(jnp.sqrt(jnp.square(x).sum()))
    x = rounded(x / jnp.maximum(norm, rounded(jnp.asarray(eps, jnp.float32))))
    for _ in range(steps):
        gram = rounded(product(x, x.T))
        change = rounded(_for(gram, b) * gram + _for(gram, c) * product(gram, gram))
        x = rounded(_for(x, a) * x + product(change, x))
    return x.T if tall else x
