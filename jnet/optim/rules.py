"""The update rules: pure functions of one parameter, in PyTorch's order of arithmetic.

A rule takes the gradient, the parameter, its slots (a dictionary of arrays of the parameter's shape), the number t of
this step (1, 2, ...) and the learning rate; t and the learning rate may be traced. It returns what to add to the
parameter, and the new slots. Settings are Python numbers: what follows from them alone is computed in double
precision, as PyTorch does.
"""

import math

import jax.numpy as jnp


def _direction(grad, param, weight_decay, maximize):
    """Return the gradient to descend, with the L2 penalty's share."""
    grad = -grad if maximize else grad
    return grad + weight_decay * param if weight_decay else grad


def _bias_correction(beta: float, t):
    """Return 1 - beta^t, accurate in float32 (1 - 0.999^1 has no correct digit beyond the fourth there)."""
    return -jnp.expm1(t * math.log(beta)) if beta else 1.0


def sgd(grad, param, slots, t, learning_rate, *, momentum, dampening, weight_decay, nesterov, maximize):
    """Stochastic gradient descent.

    b = momentum b + (1 - dampening) g, where the first b is g;  p -= lr b, or lr (g + momentum b) under Nesterov's rule

    See: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    if not momentum:
        return -learning_rate * grad, slots
    buffer = momentum * slots["momentum_buffer"] + (1 - dampening) * grad
    if dampening:
        buffer = jnp.where(t == 1, grad, buffer)
    step = grad + momentum * buffer if nesterov else buffer
    return -learning_rate * step, {"momentum_buffer": buffer}


def adam(grad, param, slots, t, learning_rate, *, betas, eps, weight_decay, amsgrad, maximize, decoupled):
    """Adam (Kingma & Ba, 2015), AMSGrad (Reddi et al., 2018); AdamW (Loshchilov & Hutter, 2019) if `decoupled`.

    m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """
    grad = _direction(grad, param, 0 if decoupled else weight_decay, maximize)
    first, second = betas
    mean = slots["exp_avg"] + (1 - first) * (grad - slots["exp_avg"])
    square = second * slots["exp_avg_sq"] + (1 - second) * grad * grad
    new = {"exp_avg": mean, "exp_avg_sq": square}
    if amsgrad:
        square = new["max_exp_avg_sq"] = jnp.maximum(slots["max_exp_avg_sq"], square)
    denominator = jnp.sqrt(square) / jnp.sqrt(_bias_correction(second, t)) + eps
    step = -(learning_rate / _bias_correction(first, t)) * (mean / denominator)
    if decoupled and weight_decay:
        step = step - learning_rate * weight_decay * param
    return step, new


def rmsprop(grad, param, slots, t, learning_rate, *, alpha, eps, weight_decay, momentum, centered, maximize):
    """RMSprop (Hinton, 2012), centered as in Graves (2013).

    v = alpha v + (1 - alpha) g^2;  p -= lr g / (sqrt(v) + eps); with momentum b = momentum b + g / (sqrt(v) + eps)

    See: https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    square = alpha * slots["square_avg"] + (1 - alpha) * grad * grad
    new, variance = {"square_avg": square}, square
    if centered:
        new["grad_avg"] = slots["grad_avg"] + (1 - alpha) * (grad - slots["grad_avg"])
        variance = square - new["grad_avg"] * new["grad_avg"]
    step = grad / (jnp.sqrt(variance) + eps)
    if momentum:
        step = new["momentum_buffer"] = momentum * slots["momentum_buffer"] + step
    return -learning_rate * step, new


def adagrad(grad, param, slots, t, learning_rate, *, lr_decay, weight_decay, eps, maximize):
    """Adagrad (Duchi et al., 2011).

    s = s + g^2;  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)

    See: https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """
    grad = _direction(grad, param, weight_decay, maximize)
    total = slots["sum"] + grad * grad
    rate = learning_rate / (1 + (t - 1) * lr_decay) if lr_decay else learning_rate
    return -rate * (grad / (jnp.sqrt(total) + eps)), {"sum": total}
