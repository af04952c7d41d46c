"""The update rules: pure functions of one parameter, in PyTorch's order of arithmetic.

A rule takes the gradient, the parameter, its slots (a dictionary of arrays of the parameter's shape), the number t of
this step (1, 2, ...) and the learning rate; t and the learning rate may be traced. It returns what to add to the
parameter, and the new slots. Settings are Python numbers: what follows from them alone is computed in double
precision, as PyTorch does. Those that change from step to step may be traced, in double precision if it is to be had.
"""

import math

import jax
import jax.numpy as jnp


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
